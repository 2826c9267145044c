// Ranges and widths of queries: from what a person writes to epoch ms, with the bounds that keep a query finite.

import { InputError } from '#core/errors.ts'
import { day_ms, hour_ms, minute_ms, parseDuration, parseTime, second_ms } from '#core/time.ts'
import type { Range } from '#stores/series/store.ts'

/** Epoch ms of ISO 8601, epoch ms, 'now', '-1h' or '+5m' (relative to now). Throws InputError naming the field. */
export function instantOf(written: string | number, now: number, field: string): number {
  if (typeof written === 'string') {
    const text = written.trim()
    if (text === 'now') return now
    const [, sign, rest] = /^([+-])(.+)$/.exec(text) ?? []
    const duration = rest && parseDuration(rest)
    if (duration) return sign === '-' ? Math.max(0, now - duration) : now + duration
  }
  const at = parseTime(written)
  if (at !== undefined) return at
  const shown = JSON.stringify(written).slice(0, 80)
  throw new InputError(`${field}: ${shown} is not a time`, [
    { field, message: "ISO 8601, epoch ms, 'now', or relative to now: '-1h', '-7d'" },
  ])
}

/** The half-open range of `from` and `to`. 'now' includes what carries this very millisecond. */
export function rangeOf(input: { from: string | number; to: string | number }, now: number): Range {
  const from = instantOf(input.from, now, 'from')
  const to = input.to === 'now' ? now + 1 : instantOf(input.to, now, 'to')
  if (from < to) return { from, to }
  throw new InputError(`from (${new Date(from).toISOString()}) is not before to (${new Date(to).toISOString()})`, [
    { field: 'from', message: 'must be before to' },
  ])
}

/** Widths that a chart or an automatic bucket may have: what people divide an hour and a day by. */
export const niceBuckets_ms: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second_ms),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute_ms),
  ...[1, 2, 3, 6, 12].map((n) => n * hour_ms),
  day_ms,
]

/** The smallest nice width that cuts the range into at most `points` buckets; whole days where a day is too small. */
export function niceBucket_ms({ from, to }: Range, points: number): number {
  const count = (width: number) => Math.ceil(to / width) - Math.floor(from / width)
  const nice = niceBuckets_ms.find((width) => count(width) <= points)
  if (nice) return nice
  let days = Math.max(1, Math.floor((to - from) / day_ms / points))
  while (count(days * day_ms) > points && days < 100_000) days++
  return days * day_ms
}

/** Most buckets that one series of an answer may have. */
export const bucketsPerSeries_max = 100_000

/** Width of a bucket from '1m', '90s' or 'auto' (at most 1,000 buckets). Throws InputError when there would be too many. */
export function bucketOf(written: string, range: Range): number {
  if (written === 'auto') return niceBucket_ms(range, 1_000)
  const width = parseDuration(written)
  if (width === undefined || !Number.isInteger(width)) {
    throw new InputError(`bucket: '${written}' is not a duration`, [
      { field: 'bucket', message: "a duration such as '1s', '5m' or '1h', or 'auto'" },
    ])
  }
  const count = (range.to - range.from) / width
  if (count <= bucketsPerSeries_max) return width
  throw new InputError(
    `bucket: ${Math.ceil(count)} buckets of ${written} in this range; ${bucketsPerSeries_max} are allowed`,
    [{ field: 'bucket', message: "a wider bucket or a shorter range, or 'auto'" }],
  )
}
