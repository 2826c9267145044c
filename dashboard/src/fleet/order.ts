// Which rows a person sees and in what order. Pure.

import { isSynthetic } from '../../../src/core/device.ts'
import { matchesSearch, stateOf, stateRank } from '../state.ts'
import type { Row } from './rows.ts'

export type KindFilter = 'all' | 'real' | 'synthetic'
export type SortKey = 'device' | 'state' | 'seen' | 'location' | `channel:${string}`
export type Sort = { readonly key: SortKey; readonly descending: boolean }

export const ofKind = (row: Row, kind: KindFilter): boolean =>
  kind === 'all' || isSynthetic(row.device.kind) === (kind === 'synthetic')

export function shownRows(
  rows: readonly Row[],
  query: { search: string; kind: KindFilter; sort: Sort; now: number },
): Row[] {
  const { search, kind, sort, now } = query
  const kept = rows.filter((row) => ofKind(row, kind) && matchesSearch(row.device, search))
  const direction = sort.descending ? -1 : 1
  const byName = nameOrder(rows)
  const compare = sort.key === 'device' ? byName : comparison(sort.key, now)
  return kept.sort((a, b) => compare(a, b) * direction || byName(a, b))
}

/** The channels that many devices have, most frequent first: they become columns. */
export function commonChannels(rows: readonly Row[]): string[] {
  const counts = new Map<string, number>()
  for (const row of rows) for (const channel of row.device.channels) counts.set(channel, (counts.get(channel) ?? 0) + 1)
  const enough = Math.max(1, rows.length * 0.3)
  return [...counts]
    .filter(([, count]) => count >= enough)
    .sort((a, b) => b[1] - a[1])
    .map(([channel]) => channel)
}

const names = new Intl.Collator('en', { numeric: true })
/** Real devices lead, each with its twin at its side; then the fleets. */
function nameOrder(rows: readonly Row[]): (a: Row, b: Row) => number {
  const kinds = new Map(rows.map((row) => [row.device.device, row.device.kind]))
  const crowd = ({ device }: Row) =>
    Number(isSynthetic(device.twinOf === undefined ? device.kind : kinds.get(device.twinOf)))
  return (a, b) =>
    crowd(a) - crowd(b) ||
    names.compare(a.device.twinOf ?? a.device.device, b.device.twinOf ?? b.device.device) ||
    names.compare(a.device.device, b.device.device)
}

function comparison(key: SortKey, now: number): (a: Row, b: Row) => number {
  if (key === 'location') return (a, b) => names.compare(a.device.location ?? '￿', b.device.location ?? '￿')
  if (key === 'seen') return (a, b) => (b.lastSeenAt ?? 0) - (a.lastSeenAt ?? 0)
  if (key === 'state') {
    const rank = (row: Row) => stateRank[stateOf(row.lastSeenAt, now, row.cadence_ms)]
    return (a, b) => rank(a) - rank(b)
  }
  const channel = key.slice('channel:'.length)
  const value = (row: Row) => row.values[channel] ?? Number.NEGATIVE_INFINITY
  return (a, b) => {
    const [x, y] = [value(a), value(b)]
    return x === y ? 0 : x - y
  }
}
