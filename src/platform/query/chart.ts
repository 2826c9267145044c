// A chart's data: min, max and average per pixel, so that a year of readings is as light as an hour and no spike is
// lost. Widths snap to what people divide a day by, so that neighbouring ranges share buckets and rollups.

import { type Device, isSynthetic } from '#core/device.ts'
import type { Tenant } from '#core/tenant.ts'
import { unitOfChannel } from '#core/units.ts'
import type { Range, SeriesStore } from '#stores/series/store.ts'
import { niceBucket_ms } from './range.ts'

export type ChartQuery = Range & {
  readonly devices: readonly Device[]
  readonly channels?: readonly string[]
  /** Most buckets of a series. */
  readonly points: number
}

export const chartLabels_max = 500

export async function chartOf(store: SeriesStore, tenant: Tenant, query: ChartQuery) {
  const { from, to, channels, points } = query
  const names = query.devices.map(({ device }) => device)
  const bucket_ms = niceBucket_ms(query, points)
  const range = { from, to, devices: names, channels }
  const [buckets, labelled] = await Promise.all([
    store.buckets(tenant, { ...range, bucket_ms, aggregates: ['avg', 'min', 'max'] }),
    store.readings(tenant, { ...range, labelled: true, order: 'descending', limit: chartLabels_max }),
  ])
  const byName = new Map(query.devices.map((device) => [device.device, device]))
  return {
    from,
    to,
    bucket_ms,
    series: buckets.map(({ device, channel, times, columns }) => ({
      device,
      channel,
      unit: byName.get(device)?.units?.[channel] ?? unitOfChannel(channel),
      synthetic: isSynthetic(byName.get(device)?.kind),
      times: Array.from(times),
      avg: Array.from(columns.avg!),
      min: Array.from(columns.min!),
      max: Array.from(columns.max!),
    })),
    labels: labelled
      .filter(({ label }) => label !== undefined)
      .map(({ device, recordedAt, label, values }) => {
        const [channel, ...others] = Object.keys(values)
        return { device, channel: others.length === 0 ? channel : undefined, recordedAt, label: label! }
      })
      .reverse(),
  }
}
