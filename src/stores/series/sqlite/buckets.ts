// Aggregates per bucket. Hours that are clean come from rollups, the rest from rows; both in order of time, so that one
// pass makes the buckets. What a query reads is bounded by its buckets, not by the rows beneath, once hours are clean.

import { InputError, UnavailableError } from '#core/errors.ts'
import { hour_ms, minute_ms } from '#core/time.ts'
import type { Connection } from '#databases/sqlite/index.ts'
import { channelKeysOf } from '#databases/sqlite/newest.ts'
import type { BucketSeries, BucketsQuery } from '../store.ts'
import { Accumulator, bucketsMost, isPercentile } from './accumulator.ts'
import { hoursOfDay, minutesOfHour, rollupsOf, wordsPerRollup } from './rollup.ts'
import { deviceKeyOf, type Names, namesOf, scanValues } from './rows.ts'

/** Rows that one query may read. Percentiles and odd buckets cannot come from rollups. */
export const rowsMost = 20_000_000

type Series = Map<string, Accumulator>
/** What is to be added at a time: rows up to `to`, or rollup entries of one channel. */
type Segment =
  | { readonly at: number; readonly to: number }
  | {
      readonly at: number
      readonly channel: string
      readonly entries: Float64Array
      readonly from: number
      readonly until: number
    }

export function buckets(connection: Connection, query: BucketsQuery): BucketSeries[] {
  const names = namesOf(connection)
  const budget = { buckets: bucketsMost, rows: rowsMost }
  const result: BucketSeries[] = []
  for (const device of [...new Set(query.devices)].sort()) {
    const deviceKey = deviceKeyOf(connection, device)
    if (deviceKey === undefined) continue
    const series: Series = new Map()
    const seriesOf = (channel: string) => {
      let one = series.get(channel)
      if (!one) {
        one = new Accumulator(device, channel, query.bucket_ms, query.aggregates, budget)
        series.set(channel, one)
      }
      return one
    }
    for (const segment of segmentsOf(connection, names, deviceKey, query)) {
      if ('to' in segment) addRows(connection, names, deviceKey, query, segment.at, segment.to, seriesOf, budget)
      else {
        const one = seriesOf(segment.channel)
        for (let at = segment.from; at < segment.until; at += wordsPerRollup) one.addRollup(segment.entries, at)
      }
    }
    if (connection.cancelled()) throw new UnavailableError('the caller gave up')
    for (const channel of [...series.keys()].sort()) result.push(series.get(channel)!.finish())
  }
  for (const { times, columns } of result) connection.transfer(times, ...Object.values(columns))
  return result
}

function addRows(
  connection: Connection,
  names: Names,
  deviceKey: number,
  { channels, bucket_ms }: BucketsQuery,
  from: number,
  to: number,
  seriesOf: (channel: string) => Accumulator,
  budget: { rows: number },
): void {
  const columns = names.columnsFor(channels)
  const layouts = new Map<number, { at: number; series: Accumulator }[]>()
  for (const rows of scanValues(connection, deviceKey, { from, to }, columns)) {
    budget.rows -= rows.length
    if (budget.rows < 0) {
      throw new InputError(
        `this would read more than ${rowsMost} readings: ask for a shorter range, or fewer devices`,
        [{ field: 'bucket', message: `${bucket_ms} ms: whole minutes without percentiles are kept ready` }],
      )
    }
    for (const row of rows) {
      const key = row[1]!
      let targets = layouts.get(key)
      if (!targets) {
        targets = names.layout(key).flatMap((name, column) => {
          const at = columns.indexOf(column)
          return at >= 0 && (!channels || channels.includes(name)) ? [{ at: 2 + at, series: seriesOf(name) }] : []
        })
        layouts.set(key, targets)
      }
      for (let i = 0; i < targets.length; i++) {
        const target = targets[i]!
        target.series.addValue(row[0]!, row[target.at]!)
      }
    }
  }
}

function segmentsOf(connection: Connection, names: Names, deviceKey: number, query: BucketsQuery): Segment[] {
  const { from, to, bucket_ms, aggregates } = query
  if (!(to > from)) return []
  if (bucket_ms % minute_ms !== 0 || aggregates.some(isPercentile)) return [{ at: from, to }]
  const { statement } = connection
  const newest = statement('select newest from device_state where device_key = ?').get(deviceKey)
  if (!newest) return []
  const channels = channelKeysOf(newest['newest'] as Uint8Array)
    .map((key) => ({ key, name: names.channel(key) }))
    .filter(({ name }) => !query.channels || query.channels.includes(name))
  const firstHour = Math.floor(from / hour_ms)
  const lastHour = Math.ceil(to / hour_ms) - 1
  const raw: [from: number, to: number][] = []
  const addRaw = (a: number, b: number) => {
    if (Math.max(a, from) < Math.min(b, to)) raw.push([Math.max(a, from), Math.min(b, to)])
  }
  const dirty = new Set<number>()
  const dirtyRows = statement('select hour from dirty where device_key = ? and hour between ? and ?', 'arrays')
  for (const [hour] of dirtyRows.all(deviceKey, firstHour, lastHour) as unknown as [number][]) {
    dirty.add(hour)
    addRaw(hour * hour_ms, (hour + 1) * hour_ms)
  }

  const segments: Segment[] = []
  /** Clean hours that an hour's entry cannot stand for. */
  const finer = new Set<number>()
  const wholeHours = bucket_ms % hour_ms === 0
  for (const { key, name } of channels) {
    const days = blocks(connection, hoursOfDay, deviceKey, key, Math.floor(firstHour / 24), Math.floor(lastHour / 24))
    for (const [, entries] of days) {
      for (let at = 0; at < entries.length; at += wordsPerRollup) {
        const start = entries[at]!
        const hour = start / hour_ms
        if (hour < firstHour || hour > lastHour || dirty.has(hour)) continue
        if (wholeHours && start >= from && start + hour_ms <= to) {
          segments.push({ at: start, channel: name, entries, from: at, until: at + wordsPerRollup })
        } else finer.add(hour)
      }
    }
  }
  if (finer.size > 0) addMinutes()
  for (const [at, end] of joined(raw)) segments.push({ at, to: end })
  return segments.sort((a, b) => a.at - b.at)

  function addMinutes(): void {
    const withMinutes = new Set<number>()
    const hours = [...finer].sort((a, b) => a - b)
    const [low, high] = [hours[0]!, hours.at(-1)!]
    const apart = finer.size === 2 && high - low > 2
    for (const { key, name } of channels) {
      const found = apart
        ? [
            ...blocks(connection, minutesOfHour, deviceKey, key, low, low),
            ...blocks(connection, minutesOfHour, deviceKey, key, high, high),
          ]
        : blocks(connection, minutesOfHour, deviceKey, key, low, high)
      for (const [hour, entries] of found) {
        if (!finer.has(hour)) continue
        withMinutes.add(hour)
        let first = 0
        while (first < entries.length && entries[first]! < from) first += wordsPerRollup
        let until = entries.length
        while (until > first && entries[until - wordsPerRollup]! + minute_ms > to) until -= wordsPerRollup
        if (until > first) segments.push({ at: entries[first]!, channel: name, entries, from: first, until })
      }
    }
    for (const hour of finer) {
      const [start, end] = [hour * hour_ms, (hour + 1) * hour_ms]
      if (!withMinutes.has(hour)) addRaw(start, end)
      else {
        // Minutes that the range cuts: at its start, at its end.
        if (start < from) addRaw(from, Math.ceil(from / minute_ms) * minute_ms)
        if (end > to) addRaw(Math.floor(to / minute_ms) * minute_ms, to)
      }
    }
  }
}

function blocks(
  { statement }: Connection,
  span: number,
  deviceKey: number,
  channelKey: number,
  first: number,
  last: number,
): [block: number, entries: Float64Array][] {
  const rows = statement(
    `select block, entries from rollup where span = ? and device_key = ? and channel_key = ? and block between ? and ?
     order by block`,
    'arrays',
  ).all(span, deviceKey, channelKey, first, last) as unknown as [number, Uint8Array][]
  return rows.map(([block, blob]) => [block, rollupsOf(blob)])
}

/** Ranges in order, those that touch or overlap as one. */
function joined(ranges: readonly (readonly [number, number])[]): [number, number][] {
  const result: [number, number][] = []
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}
