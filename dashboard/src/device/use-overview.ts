// The whole reach of a device at a glance: what the overview strip draws, and where its first reading lies.

import { day_ms } from '../../../src/core/time.ts'
import { api, type Chart } from '../api.ts'
import { serverNow } from '../clock.ts'
import { type Load, useLoad } from '../hooks.ts'

/** `last`: recordedAt of its newest reading, epoch ms. Asks anew when the first of the channels is another. */
export const useOverview = (device: string, channels: readonly string[], last: number | undefined): Load<Chart> =>
  useLoad(
    channels[0] === undefined ? undefined : `${device}\n${channels[0]}`,
    (signal) => loadOverview(device, channels, last, signal),
    { refresh_ms: 60_000 },
  )

/** Where the first bucket of any line begins, epoch ms. */
export const earliestOf = (chart: Chart | undefined): number | undefined => {
  const firsts = (chart?.series ?? []).flatMap((series) => series.times.slice(0, 1))
  return firsts.length > 0 ? Math.min(...firsts) : undefined
}

/** A week; of a younger device its whole life at a finer step, of one that ended long ago all that it left. */
async function loadOverview(
  device: string,
  channels: readonly string[],
  last: number | undefined,
  signal: AbortSignal,
): Promise<Chart> {
  const ended = last !== undefined && serverNow() - last > day_ms
  const to = ended ? last + 1 : 'now'
  const ask = (from: string | number) => api.chart({ devices: [device], channels, from, to, points: 400 }, signal)
  let chart = await ask(ended ? Math.max(0, last - 3_650 * day_ms) : '-7d')
  // Wide buckets tell only roughly where it begins: from there they are narrower. Ten years come down to hours in two steps.
  for (let step = 0; step < 3; step++) {
    const first = earliestOf(chart)
    if (first === undefined || first - chart.from < (chart.to - chart.from) / 20) break
    chart = await ask(Math.min(first, chart.to - 1_000))
  }
  return chart
}
