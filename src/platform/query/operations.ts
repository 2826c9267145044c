// Operations that read: readings one by one, the latest, aggregates per bucket, charts.

import { z } from 'zod'
import { aggregates, type BucketSeries } from '#stores/series/store.ts'
import { document, rows } from '../operation.ts'
import { channelList, deviceList, epoch_ms, from, order, reading, to } from '../schemas.ts'
import { chartOf } from './chart.ts'
import { devicesOf } from './devices.ts'
import { bucketOf, rangeOf } from './range.ts'
import { page_max, readingsRows } from './readings.ts'

const devices = deviceList.optional().describe('Names of devices; all when absent')
const channels = channelList.optional().describe('Only these channels; all when absent')

export const queryReadings = rows({
  name: 'query.readings',
  summary: 'Reads stored readings, in order of time.',
  description:
    'JSON answers one page (1,000 readings unless limit says otherwise) and a cursor while there is more; send it ' +
    'back to go on. NDJSON and CSV answer everything in the range unless limit is given; the cursor of a limited ' +
    'answer is in the header millrace-cursor.',
  scope: 'read',
  http: { method: 'GET', path: '/query/readings' },
  input: z.strictObject({
    devices,
    channels,
    from,
    to,
    order: order.default('ascending'),
    limit: z.int().min(1).max(page_max).optional().describe('Most readings of this answer'),
    cursor: z.string().max(2_000).optional().describe('Where the last page ended'),
  }),
  output: reading,
  examples: [
    { title: 'The last hour of one device', input: { devices: ['boiler'], from: '-1h' } },
    { title: 'The newest ten', input: { devices: ['boiler'], from: '-7d', order: 'descending', limit: 10 } },
  ],
  async run({ tenant, platform, signal }, { devices, channels, from, to, order, limit, cursor }) {
    const range = rangeOf({ from, to }, platform.clock.now())
    const found = await devicesOf(platform.catalogue, tenant, devices)
    const names = found.map(({ device }) => device)
    const header = [...new Set(channels ?? found.flatMap((device) => device.channels).sort())]
    const query = { ...range, devices: names, channels, order }
    return {
      columns: ['device', 'recordedAt', 'receivedAt', 'id', ...header.map((name) => `values.${name}`), 'label'],
      ...(names.length === 0
        ? none
        : readingsRows(platform.store, tenant, query, { limit, cursor, asked: devices }, signal)),
    }
  },
})

export const queryLatest = rows({
  name: 'query.latest',
  summary: 'Tells the newest value of every channel, by the time at which it was recorded.',
  scope: 'read',
  http: { method: 'GET', path: '/query/latest' },
  input: z.strictObject({ devices }),
  output: z.strictObject({
    device: z.string(),
    recordedAt: epoch_ms,
    receivedAt: epoch_ms,
    values: z.record(z.string(), z.strictObject({ value: z.number(), recordedAt: epoch_ms })),
  }),
  examples: [{ title: 'What the boiler says now', input: { devices: ['boiler'] } }],
  async run({ tenant, platform }, { devices }) {
    const found = devices && (await devicesOf(platform.catalogue, tenant, devices))
    const latest = await platform.store.latest(
      tenant,
      found?.map(({ device }) => device),
    )
    const names = [...new Set(latest.flatMap(({ values }) => Object.keys(values)))].sort()
    const pairs = names.flatMap((name) => [`values.${name}.value`, `values.${name}.recordedAt`])
    return { columns: ['device', 'recordedAt', 'receivedAt', ...pairs], rows: once(latest) }
  },
})

export const queryAggregate = rows({
  name: 'query.aggregate',
  summary: 'Aggregates readings per device, channel and bucket of time.',
  description: 'Buckets start at multiples of their width since 1970 (UTC). Buckets without a reading are left out.',
  scope: 'read',
  http: { method: 'GET', path: '/query/aggregate' },
  input: z.strictObject({
    devices,
    channels,
    from,
    to,
    bucket: z.string().max(40).default('auto').describe("Width: '1s', '5m', '1h', or 'auto' (at most 1,000 buckets)"),
    aggregates: z.array(z.enum(aggregates)).min(1).default(['avg', 'min', 'max', 'count']),
  }),
  output: z.strictObject({
    device: z.string(),
    channel: z.string(),
    time: epoch_ms.describe('Start of the bucket, epoch ms'),
    ...(Object.fromEntries(aggregates.map((name) => [name, z.number().optional()])) as Record<
      (typeof aggregates)[number],
      z.ZodOptional<z.ZodNumber>
    >),
  }),
  examples: [
    { title: 'Averages per minute', input: { devices: ['boiler'], from: '-24h', bucket: '1m', aggregates: ['avg'] } },
    {
      title: 'Median and 99th percentile per hour',
      input: { devices: ['boiler'], from: '-7d', bucket: '1h', aggregates: ['p50', 'p99'] },
    },
  ],
  async run({ tenant, platform, signal }, input) {
    const range = rangeOf(input, platform.clock.now())
    const bucket_ms = bucketOf(input.bucket, range)
    const wanted = [...new Set(input.aggregates)]
    const names = (await devicesOf(platform.catalogue, tenant, input.devices)).map(({ device }) => device)
    // As many devices at once as keep what is in memory bounded, whatever the width of the buckets.
    const buckets = Math.ceil((range.to - range.from) / bucket_ms)
    const group = Math.max(1, Math.floor(500_000 / buckets))
    const { channels } = input
    async function* pages() {
      for (let i = 0; i < names.length; i += group) {
        signal.throwIfAborted()
        const query = { ...range, devices: names.slice(i, i + group), channels, bucket_ms, aggregates: wanted }
        for (const series of await platform.store.buckets(tenant, query)) yield rowsOf(series, wanted)
      }
    }
    return { columns: ['device', 'channel', 'time', ...wanted], rows: pages() }
  },
})

export const queryChart = document({
  name: 'query.chart',
  summary: 'Gives what a chart draws: average, minimum and maximum per pixel, and labelled events.',
  scope: 'read',
  http: { method: 'GET', path: '/query/chart' },
  input: z.strictObject({
    devices: deviceList.max(50),
    channels,
    from,
    to,
    points: z
      .int()
      .min(1)
      .max(10_000)
      .default(600)
      .describe('Most buckets of a series: the width of the chart in pixels'),
  }),
  output: z.strictObject({
    from: epoch_ms,
    to: epoch_ms,
    bucket_ms: z.number().describe('1, 2, 5, 10, 15 or 30 s or min, 1, 2, 3, 6 or 12 h, or whole days'),
    series: z.array(
      z.strictObject({
        device: z.string(),
        channel: z.string(),
        unit: z.string(),
        synthetic: z.boolean(),
        times: z.array(z.number()).describe('Start of each bucket that is not empty'),
        avg: z.array(z.number()),
        min: z.array(z.number()),
        max: z.array(z.number()),
      }),
    ),
    labels: z
      .array(
        z.strictObject({ device: z.string(), channel: z.string().optional(), recordedAt: epoch_ms, label: z.string() }),
      )
      .describe('The newest 500 readings that carry a label, oldest first'),
  }),
  examples: [{ title: 'A day on 600 pixels', input: { devices: ['boiler'], from: '-24h' } }],
  async run({ tenant, platform }, { devices, channels, from, to, points }) {
    const range = rangeOf({ from, to }, platform.clock.now())
    const found = await devicesOf(platform.catalogue, tenant, devices)
    return chartOf(platform.store, tenant, { ...range, devices: found, channels, points })
  },
})

export const queryOperations = [queryReadings, queryLatest, queryAggregate, queryChart]

const none = { rows: once([]) }

async function* once<T>(page: readonly T[]): AsyncGenerator<readonly T[]> {
  if (page.length > 0) yield page
}

function rowsOf({ device, channel, times, columns }: BucketSeries, wanted: readonly (typeof aggregates)[number][]) {
  return Array.from(times, (time, i) => {
    const row: Record<string, unknown> = { device, channel, time }
    for (const name of wanted) row[name] = columns[name]![i]
    return row
  })
}
