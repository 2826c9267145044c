// The part of the SeriesStore contract about aggregates: whatever was written, in whatever order and however late, and
// whenever `maintain` ran in between, buckets equal those of a naive reference computed here from all readings.

import { deepEqual, equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import type { BatchReading } from './batch.ts'
import { all, append, type Check, freshTenant, reading, start } from './contract-kit.ts'
import { type Aggregate, aggregates, type BucketSeries, type BucketsQuery } from './store.ts'

/** Without percentiles, which no rollup can answer: a query for them alone may be answered another way. */
const sums = aggregates.filter((name) => !/^p\d/.test(name))
const hour = 3_600_000
const minute = 60_000

export function testBuckets(check: Check, runs: number): void {
  check('every aggregate of a bucket, and only the buckets that have something', async ({ store }, tenant) => {
    const sent = [4, 1, 3, 2, 10].map((value, i) => reading({ recordedAt: start + i * 1000, values: { a: value } }))
    sent.push(reading({ recordedAt: start + 5 * minute, values: { a: -1, b: 7 } }))
    await append(store, tenant, sent)
    const query = { ...all, devices: ['boiler'], bucket_ms: minute, aggregates }
    const expected: Record<Aggregate, number[]> = {
      count: [5, 1],
      sum: [20, -1],
      avg: [4, -1],
      min: [1, -1],
      max: [10, -1],
      first: [4, -1],
      last: [10, -1],
      p50: [3, -1],
      // Linear between closest ranks, as numpy's and PostgreSQL's percentile_cont: position (n - 1) * p.
      p95: [4 + 0.8 * 6, -1],
      p99: [4 + 0.96 * 6, -1],
    }
    for (let round = 0; round < 2; round++) {
      const [a, b, ...none] = await store.buckets(tenant, query)
      deepEqual([a?.device, a?.channel, b?.channel, none.length], ['boiler', 'a', 'b', 0])
      deepEqual([...a!.times], [start, start + 5 * minute])
      for (const name of aggregates) same([...a!.columns[name]!], expected[name], name)
      const [again] = await store.buckets(tenant, { ...query, aggregates: sums })
      for (const name of sums) same([...again!.columns[name]!], expected[name], name)
      while (await store.maintain(tenant)) {}
    }
    const [only] = await store.buckets(tenant, { ...query, channels: ['b'], aggregates: ['max'] })
    deepEqual([only?.channel, Object.keys(only!.columns)], ['b', ['max']])
    deepEqual(await store.buckets(tenant, { ...query, devices: [] }), [])
    deepEqual(await store.buckets(tenant, { ...query, devices: ['nobody'] }), [])
    deepEqual(await store.buckets(tenant, { ...query, from: start + hour, to: start + 2 * hour }), [])
  })
  check('first and last of one instant go by arrival, whatever the ids', async ({ store }, tenant) => {
    const id = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`
    const sent = [
      reading({ id: id('f'), recordedAt: start, receivedAt: start + 1, values: { a: 1 } }),
      reading({ id: id('0'), recordedAt: start, receivedAt: start + 2, values: { a: 2 } }),
    ]
    for (const one of sent) await append(store, tenant, [one])
    for (let round = 0; round < 2; round++) {
      const query = { ...all, devices: ['boiler'], bucket_ms: minute, aggregates: ['first', 'last'] as const }
      const [bucket] = await store.buckets(tenant, query)
      deepEqual([bucket!.columns.first![0], bucket!.columns.last![0]], [1, 2])
      while (await store.maintain(tenant)) {}
    }
  })
  check('a range that cuts a bucket counts only what lies inside', async ({ store }, tenant) => {
    const sent = Array.from({ length: 7200 }, (_, i) => reading({ recordedAt: start + i * 1000, values: { a: i } }))
    await append(store, tenant, sent)
    while (await store.maintain(tenant)) {}
    for (const [from, to, bucket_ms] of [
      [start + 1500, start + hour + 1, hour],
      [start + 30_000, start + 90_500, minute],
      [start + 1, start + 2 * hour, 2 * hour],
      [start, start + 2 * hour, 7 * minute],
    ] as const) {
      for (const names of [aggregates, sums]) {
        const query = { from, to, devices: ['boiler'], bucket_ms, aggregates: names }
        compare(await store.buckets(tenant, query), reference(sent, query))
      }
    }
  })
  check('thousands of readings at one instant all count', async ({ store }, tenant) => {
    const sent = Array.from({ length: 12_000 }, (_, i) =>
      reading({ recordedAt: start + (i < 11_000 ? 0 : i), values: { a: i % 10 } }),
    )
    for (let from = 0; from < sent.length; from += 4_000) await append(store, tenant, sent.slice(from, from + 4_000))
    const query = { ...all, devices: ['boiler'], bucket_ms: 1000, aggregates: ['count', 'sum', 'p50'] as const }
    for (let round = 0; round < 2; round++) {
      const [one] = await store.buckets(tenant, query)
      deepEqual(
        [...one!.columns.count!].reduce((a, b) => a + b),
        12_000,
      )
      same([...one!.columns.sum!.slice(0, 1)], [49_500], 'sum')
      while (await store.maintain(tenant)) {}
    }
  })
  check('late readings change the buckets they belong to, after rollups were made', async ({ store }, tenant) => {
    const sent = Array.from({ length: 120 }, (_, i) => reading({ recordedAt: start + i * minute, values: { a: i } }))
    await append(store, tenant, sent)
    for (let late = 0; late < 4; late++) {
      while (await store.maintain(tenant)) {}
      const more = reading({ recordedAt: start + late * 17 * minute - 1, receivedAt: start + 9e9, values: { a: 1e6 } })
      sent.push(more)
      await append(store, tenant, [more])
      for (const bucket_ms of [minute, hour, 24 * hour]) {
        for (const names of [aggregates, sums]) {
          const query = { ...all, devices: ['boiler'], bucket_ms, aggregates: names }
          compare(await store.buckets(tenant, query), reference(sent, query))
        }
      }
    }
  })
  check('buckets equal a naive reference for any writes, late data and maintenance', async (opened) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const tenant = await freshTenant(opened)
        const sent: BatchReading[] = []
        for (const one of steps) {
          if (one.kind === 'maintain') await opened.store.maintain(tenant)
          if (one.kind === 'append') {
            // A time of its own for each reading: which of two at one instant is 'first' is the store's choice.
            const taken = new Set(sent.map((r) => `${r.device} ${r.recordedAt}`))
            const fresh = one.readings.filter((r) => {
              const key = `${r.device} ${r.recordedAt}`
              return !taken.has(key) && taken.add(key)
            })
            const readings = fresh.map((r) => reading({ ...r, receivedAt: start + sent.length }))
            ok((await append(opened.store, tenant, readings)).every((code) => code === 0))
            sent.push(...readings)
          }
          if (one.kind === 'ask') {
            compare(await opened.store.buckets(tenant, one.query), reference(sent, one.query))
          }
        }
        for (const names of [aggregates, sums]) {
          const query = { ...all, devices: ['d0', 'd1', 'd2'], bucket_ms: hour, aggregates: names }
          compare(await opened.store.buckets(tenant, query), reference(sent, query))
        }
      }),
      { numRuns: runs },
    )
  })
}

const device = fc.constantFrom('d0', 'd1', 'd2')
const instant = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3599 }), fc.constantFrom(0, 0, 0, 999, 0.5))
  .map(([hours, seconds, ms]) => start + hours * hour + seconds * 1000 + ms)
const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }))
const values = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), value), { minLength: 1, selector: ([name]) => name })
  .map((entries) => Object.fromEntries(entries))
/** Readings every 17 s for about an hour, so that an hour is full enough for any store to keep its minutes. */
const dense = fc
  .record({ device, from: instant, channel: fc.constantFrom('a', 'b'), slope: fc.integer({ min: -9, max: 9 }) })
  .map(({ device, from, channel, slope }) =>
    Array.from({ length: 210 }, (_, i) => ({
      device,
      recordedAt: from + i * 17_000,
      values: { [channel]: (i * slope) % 101 },
    })),
  )
const sparse = fc.array(fc.record({ device, recordedAt: instant, values }), { minLength: 1, maxLength: 60 })
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      readings: fc.oneof(sparse, sparse, dense),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('maintain' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      query: fc
        .record({
          from: instant,
          length_ms: fc.integer({ min: 0, max: 6 * hour }),
          devices: fc.uniqueArray(device, { minLength: 1 }),
          channels: fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }), { nil: undefined }),
          bucket_ms: fc.constantFrom(1000, minute, 90_000, 5 * minute, hour, 2 * hour, 24 * hour, 1234),
          aggregates: fc.oneof(fc.subarray([...aggregates], { minLength: 1 }), fc.subarray(sums, { minLength: 1 })),
          whole: fc.boolean(),
        })
        .map(({ from, length_ms, whole, ...rest }) => ({ ...rest, ...(whole ? all : { from, to: from + length_ms }) })),
    }),
  },
)

/** Buckets straight from their definition. */
export function reference(readings: readonly BatchReading[], query: BucketsQuery): BucketSeries[] {
  const series = new Map<string, { device: string; channel: string; buckets: Map<number, number[]> }>()
  for (const one of readings.toSorted((a, b) => a.recordedAt - b.recordedAt)) {
    if (one.recordedAt < query.from || one.recordedAt >= query.to || !query.devices.includes(one.device)) continue
    for (const [channel, value] of Object.entries(one.values)) {
      if (query.channels && !query.channels.includes(channel)) continue
      const key = `${one.device}\n${channel}`
      if (!series.has(key)) series.set(key, { device: one.device, channel, buckets: new Map() })
      const { buckets } = series.get(key)!
      const bucket = Math.floor(one.recordedAt / query.bucket_ms) * query.bucket_ms
      if (!buckets.has(bucket)) buckets.set(bucket, [])
      buckets.get(bucket)!.push(value)
    }
  }
  return [...series.keys()].sort().map((key) => {
    const { device, channel, buckets } = series.get(key)!
    const starts = [...buckets.keys()].sort((a, b) => a - b)
    const columns = Object.fromEntries(
      query.aggregates.map((name) => [name, Float64Array.from(starts, (at) => aggregate(name, buckets.get(at)!))]),
    )
    return { device, channel, times: Float64Array.from(starts), columns }
  })
}

function aggregate(name: Aggregate, values: readonly number[]): number {
  const sum = values.reduce((a, b) => a + b, 0)
  const sorted = values.toSorted((a, b) => a - b)
  const percentile = (p: number) => {
    const position = (sorted.length - 1) * p
    const low = sorted[Math.floor(position)]!
    return low + (position % 1) * (sorted[Math.ceil(position)]! - low)
  }
  switch (name) {
    case 'count':
      return values.length
    case 'sum':
      return sum
    case 'avg':
      return sum / values.length
    case 'min':
      return sorted[0]!
    case 'max':
      return sorted.at(-1)!
    case 'first':
      return values[0]!
    case 'last':
      return values.at(-1)!
    case 'p50':
      return percentile(0.5)
    case 'p95':
      return percentile(0.95)
    case 'p99':
      return percentile(0.99)
  }
}

function compare(got: readonly BucketSeries[], want: readonly BucketSeries[]): void {
  const names = (series: readonly BucketSeries[]) => series.map((s) => `${s.device} ${s.channel}`)
  deepEqual(names(got), names(want))
  got.forEach((series, i) => {
    deepEqual([...series.times], [...want[i]!.times])
    deepEqual(Object.keys(series.columns).sort(), Object.keys(want[i]!.columns).sort())
    for (const [name, column] of Object.entries(want[i]!.columns)) {
      same([...series.columns[name as Aggregate]!], [...column], `${series.device} ${series.channel} ${name}`)
    }
  })
}

/** Sums may be taken in another order; anything that is not a sum or between two values is exact. */
function same(got: readonly number[], want: readonly number[], name: string): void {
  equal(got.length, want.length, name)
  const exact = /(count|min|max|first|last)$/.test(name)
  got.forEach((value, i) => {
    const tolerance = exact ? 0 : 1e-5 + 1e-9 * Math.abs(want[i]!)
    ok(Math.abs(value - want[i]!) <= tolerance, `${name}[${i}] is ${value}, not ${want[i]}`)
  })
}
