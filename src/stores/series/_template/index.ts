// A series store that keeps everything in memory and does everything by its definition: what the port means, in the
// fewest lines. Copy this folder to src/stores/series/<name>, run `npm run registry`, and replace the arrays by a server.

import type { Device } from '#core/device.ts'
import { InputError } from '#core/errors.ts'
import { type Reading, type ReadingBatch, stored } from '#core/reading.ts'
import type { Tenant } from '#core/tenant.ts'
import { unitOfChannel } from '#core/units.ts'
import { idOfKey } from '../batch.ts'
import type { Aggregate, BucketSeries, BucketsQuery, Latest, Range, SeriesStore } from '../store.ts'

/** Devices are the catalogue's; both are given the same map. */
export type TemplateOptions = { readonly devices: Map<Tenant, Map<string, Device>> }

type Kept = { readonly readings: Reading[]; readonly hashes: Map<string, string> }

export default async function openTemplateStore({ devices }: TemplateOptions): Promise<SeriesStore> {
  const tenants = new Map<Tenant, Kept>()
  const keptOf = (tenant: Tenant): Kept => {
    if (!tenants.has(tenant)) tenants.set(tenant, { readings: [], hashes: new Map() })
    return tenants.get(tenant)!
  }
  const inRange = (tenant: Tenant, names: readonly string[], { from, to }: Range) =>
    keptOf(tenant).readings.filter((r) => names.includes(r.device) && r.recordedAt >= from && r.recordedAt < to)

  return {
    profile: { name: 'template', location: 'memory', batchLimit: 10_000, shared: false },
    async append(tenant, batch, { unknownDevices, signal }) {
      signal?.throwIfAborted()
      const { readings, hashes } = keptOf(tenant)
      const known = devices.get(tenant) ?? new Map<string, Device>()
      devices.set(tenant, known)
      return Uint8Array.from({ length: batch.count }, (_, i) => {
        const reading = readingOf(batch, i)
        const key = idOfKey(batch.idKeys, i * 16)
        const hash = batch.payloadHashes.slice(i * 8, i * 8 + 8).join()
        const before = hashes.get(key)
        if (before !== undefined) return before === hash ? stored.duplicate : stored.conflict
        if (!known.has(reading.device) && unknownDevices === 'refuse') return stored.unknownDevice
        hashes.set(key, hash)
        readings.push(reading)
        known.set(reading.device, touched(known.get(reading.device), reading))
        return stored.accepted
      })
    },
    async readings(tenant, query) {
      checkWhole('limit', query.limit, 10_000)
      const sign = query.order === 'ascending' ? 1 : -1
      const order = (a: Place, b: Place) =>
        sign * (a.recordedAt - b.recordedAt || compareText(a.device, b.device) || compareText(a.id, b.id))
      return inRange(tenant, query.devices, query)
        .filter((reading) => !query.labelled || reading.label !== undefined)
        .flatMap((reading) => chosen(reading, query.channels))
        .sort(order)
        .filter((reading) => !query.after || order(reading, query.after) > 0)
        .slice(0, query.limit)
    },
    async frame(tenant, device, query) {
      checkWhole('limit', query.limit, 1_000_000)
      const rows = new Map<number, Record<string, number>>()
      const found = inRange(tenant, [device], query).flatMap((reading) => chosen(reading, query.channels))
      for (const { recordedAt, values } of found.sort((a, b) => a.receivedAt - b.receivedAt)) {
        rows.set(recordedAt, { ...rows.get(recordedAt), ...values })
      }
      const times = Float64Array.from(rows.keys()).sort().slice(-query.limit)
      const names = query.channels ?? [...new Set([...rows.values()].flatMap((row) => Object.keys(row)))].sort()
      const units = devices.get(tenant)?.get(device)?.units ?? {}
      const channels = names.map((name) => ({
        name,
        unit: units[name] ?? unitOfChannel(name),
        values: Float64Array.from(times, (time) => rows.get(time)![name] ?? Number.NaN),
      }))
      return { times, channels }
    },
    async buckets(tenant, query) {
      checkWhole('bucket_ms', query.bucket_ms, Number.MAX_SAFE_INTEGER)
      return bucketsOf(inRange(tenant, query.devices, query), query)
    },
    async latest(tenant, names) {
      const { readings } = keptOf(tenant)
      const senders = [...new Set(readings.map((reading) => reading.device))].sort()
      return senders
        .filter((device) => !names || names.includes(device))
        .map((device) => latestOf(readings.filter((reading) => reading.device === device)))
    },
    async extent(tenant, device) {
      const times = inRange(tenant, [device], { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY })
        .map((reading) => reading.recordedAt)
        .sort((a, b) => a - b)
      return times.length > 0 ? { from: times[0]!, to: times.at(-1)!, count: times.length } : undefined
    },
    maintain: async () => false,
    async [Symbol.asyncDispose]() {},
  }
}

type Place = { readonly recordedAt: number; readonly device: string; readonly id: string }
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function checkWhole(field: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw new InputError(`${field} is ${value}: a whole number from 1 to ${most} is right`)
}

function readingOf(batch: ReadingBatch, i: number): Reading {
  const names = batch.layouts[batch.layout[i]!]!
  const label = batch.labels.get(i)
  return {
    id: batch.idTexts.get(i) ?? idOfKey(batch.idKeys, i * 16),
    device: batch.devices[batch.device[i]!]!,
    recordedAt: batch.recordedAt[i]!,
    receivedAt: batch.receivedAt[i]!,
    values: Object.fromEntries(names.map((name, k) => [name, batch.values[batch.valueStart[i]! + k]!])),
    ...(label !== undefined && { label }),
  }
}

function touched(device: Device | undefined, reading: Reading): Device {
  return {
    ...(device ?? { device: reading.device, createdAt: reading.receivedAt }),
    lastSeenAt: Math.max(device?.lastSeenAt ?? 0, reading.receivedAt),
    lastRecordedAt: Math.max(device?.lastRecordedAt ?? 0, reading.recordedAt),
    channels: [...new Set([...(device?.channels ?? []), ...Object.keys(reading.values)])].sort(),
  }
}

/** The reading with only these channels; none when it has none of them. */
function chosen(reading: Reading, channels: readonly string[] | undefined): Reading[] {
  if (!channels) return [reading]
  const values = Object.fromEntries(Object.entries(reading.values).filter(([name]) => channels.includes(name)))
  return Object.keys(values).length > 0 ? [{ ...reading, values }] : []
}

function latestOf(readings: readonly Reading[]): Latest {
  const inOrder = readings.toSorted((a, b) => a.recordedAt - b.recordedAt || a.receivedAt - b.receivedAt)
  const values: Record<string, { value: number; recordedAt: number }> = {}
  for (const { recordedAt, values: own } of inOrder) {
    for (const [name, value] of Object.entries(own)) values[name] = { value, recordedAt }
  }
  const { device, recordedAt, receivedAt } = inOrder.at(-1)!
  return { device, recordedAt, receivedAt, values }
}

function bucketsOf(readings: readonly Reading[], query: BucketsQuery): BucketSeries[] {
  const series = new Map<string, Map<number, number[]>>()
  for (const reading of readings.toSorted((a, b) => a.recordedAt - b.recordedAt)) {
    const bucket = Math.floor(reading.recordedAt / query.bucket_ms) * query.bucket_ms
    for (const [channel, value] of chosen(reading, query.channels).flatMap((r) => Object.entries(r.values))) {
      const key = JSON.stringify([reading.device, channel])
      const buckets = series.get(key) ?? new Map<number, number[]>()
      series.set(key, buckets.set(bucket, [...(buckets.get(bucket) ?? []), value]))
    }
  }
  return [...series.keys()].sort().map((key) => {
    const [device, channel] = JSON.parse(key) as [string, string]
    const buckets = [...series.get(key)!].sort(([a], [b]) => a - b)
    const column = (name: Aggregate) => Float64Array.from(buckets, ([, values]) => aggregateOf[name](values))
    const columns = Object.fromEntries(query.aggregates.map((name) => [name, column(name)]))
    return { device, channel, times: Float64Array.from(buckets, ([time]) => time), columns }
  })
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const percentile = (p: number) => (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * p
  const low = sorted[Math.floor(position)]!
  return low + (position % 1) * (sorted[Math.ceil(position)]! - low)
}
/** Of the values of a bucket, in order of time. */
const aggregateOf: Record<Aggregate, (values: readonly number[]) => number> = {
  count: (values) => values.length,
  sum,
  avg: (values) => sum(values) / values.length,
  min: (values) => values.reduce((a, b) => Math.min(a, b)),
  max: (values) => values.reduce((a, b) => Math.max(a, b)),
  first: (values) => values[0]!,
  last: (values) => values.at(-1)!,
  p50: percentile(0.5),
  p95: percentile(0.95),
  p99: percentile(0.99),
}
