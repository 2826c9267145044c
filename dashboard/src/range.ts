// What a device page shows, as a URL holds it: channels, range, comparison. Pure, so that a shared link is testable.

import type { Device } from '../../src/core/device.ts'
import { day_ms, hour_ms, minute_ms } from '../../src/core/time.ts'

/** A live range follows the clock; a fixed one stands still. Epoch ms. */
export type Range =
  | { readonly kind: 'live'; readonly span_ms: number }
  | { readonly kind: 'fixed'; readonly from: number; readonly to: number }

export const presets = [
  { name: '15m', words: '15 min', span_ms: 15 * minute_ms },
  { name: '1h', words: '1 h', span_ms: hour_ms },
  { name: '6h', words: '6 h', span_ms: 6 * hour_ms },
  { name: '24h', words: '24 h', span_ms: day_ms },
  { name: '7d', words: '7 d', span_ms: 7 * day_ms },
] as const

export const rangeDefault: Range = { kind: 'live', span_ms: hour_ms }
/** Closer than this nothing more is to be seen. */
export const span_min_ms = 5_000

export type View = {
  /** Undefined: the page's own choice. */
  readonly range: Range | undefined
  /** Undefined: the first few. */
  readonly channels: readonly string[] | undefined
  /** Undefined: the twin, when there is one. '' : nothing. */
  readonly compare: string | undefined
}

/**
 * What a device page shows unless its URL says otherwise: the last hour; of a device that is younger, less; of one that
 * has been silent longer than that, as much as holds its newest reading; of one that is long silent or was imported, its
 * last week, or all it left where that is less. `earliest`: recordedAt of its first reading, where it is known.
 */
export function rangeFor(
  device: Pick<Device, 'kind' | 'createdAt' | 'lastRecordedAt'>,
  now: number,
  earliest = Number.NEGATIVE_INFINITY,
): Range {
  const { lastRecordedAt, createdAt, kind } = device
  if (lastRecordedAt !== undefined && now - lastRecordedAt > day_ms) {
    const from = Math.max(lastRecordedAt - 7 * day_ms, Math.min(earliest, lastRecordedAt - minute_ms))
    return { kind: 'fixed', from, to: lastRecordedAt + minute_ms }
  }
  const age_ms = now - createdAt
  const young_ms = (age_ms < minute_ms ? 2 : age_ms < 5 * minute_ms ? 5 : 15) * minute_ms
  const wished_ms = kind === 'synthetic' || age_ms > 30 * minute_ms ? hour_ms : young_ms
  // A little more than its silence: a live range moves on, and a point on its edge would be gone at once.
  const needed_ms = lastRecordedAt === undefined ? 0 : 1.1 * (now - lastRecordedAt)
  const spans = [wished_ms, ...presets.map((preset) => preset.span_ms).filter((span_ms) => span_ms > wished_ms)]
  return { kind: 'live', span_ms: spans.find((span_ms) => span_ms >= needed_ms)! }
}

export const boundsOf = (range: Range, now: number): readonly [number, number] =>
  range.kind === 'live' ? [now - range.span_ms, now] : [range.from, range.to]

export const spanOf = (range: Range): number => (range.kind === 'live' ? range.span_ms : range.to - range.from)

export const sameRange = (a: Range, b: Range): boolean =>
  a.kind === 'live' && b.kind === 'live'
    ? a.span_ms === b.span_ms
    : a.kind === 'fixed' && b.kind === 'fixed' && a.from === b.from && a.to === b.to

/** A fixed range in order, whole milliseconds, not narrower than can be seen. */
export function fixedRange(a: number, b: number): Range {
  const from = Math.round(Math.min(a, b))
  return { kind: 'fixed', from, to: Math.max(Math.round(Math.max(a, b)), from + span_min_ms) }
}

export function readView(search: string): View {
  const query = new URLSearchParams(search)
  const channels = query.get('channels')
  return {
    range: readRange(query),
    channels: channels ? channels.split(',').filter(Boolean) : undefined,
    compare: query.get('compare') ?? undefined,
  }
}

export function writeView(view: View): string {
  const query = new URLSearchParams()
  const { range } = view
  if (range?.kind === 'fixed') {
    query.set('from', new Date(range.from).toISOString())
    query.set('to', new Date(range.to).toISOString())
  } else if (range) {
    const preset = presets.find((p) => p.span_ms === range.span_ms)
    query.set('range', preset ? preset.name : `${Math.round(range.span_ms / minute_ms)}m`)
  }
  if (view.channels) query.set('channels', view.channels.join(','))
  if (view.compare !== undefined) query.set('compare', view.compare)
  const text = query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')
  return text ? `?${text}` : ''
}

function readRange(query: URLSearchParams): Range | undefined {
  const from = readTime(query.get('from'))
  const to = readTime(query.get('to'))
  if (from !== undefined && to !== undefined && to > from) return fixedRange(from, to)
  const name = query.get('range')
  const preset = presets.find((p) => p.name === name)
  if (preset) return { kind: 'live', span_ms: preset.span_ms }
  const minutes = /^(\d{1,6})m$/.exec(name ?? '')?.[1]
  return minutes && Number(minutes) > 0 ? { kind: 'live', span_ms: Number(minutes) * minute_ms } : undefined
}

function readTime(text: string | null): number | undefined {
  if (!text) return undefined
  const at = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  return Number.isFinite(at) ? at : undefined
}
