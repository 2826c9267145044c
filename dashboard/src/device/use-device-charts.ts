// Keeps the charts of a device page filled: asks the server for the shown range at the width of the screen, moves
// the window with the clock, and asks again now and then so that averages are exact.

import { useEffect, useState } from 'react'
import { minute_ms } from '../../../src/core/time.ts'
import { type ApiError, api, type Chart, type Twin } from '../api.ts'
import { serverNow } from '../clock.ts'
import { type Load, useLoad } from '../hooks.ts'
import { reachesReal } from '../merge.ts'
import { boundsOf, type Range, spanOf } from '../range.ts'
import { makePlots, type Plots } from './plots.ts'

export type DeviceCharts = {
  readonly plots: Plots
  readonly chart: Chart | undefined
  readonly error: ApiError | undefined
  readonly reload: () => void
}

/** The past of a twin is written within seconds; of a very long one the rest is a reload away. */
const writing_ms = 2 * minute_ms

/** `made`: the twin among the devices. Its past is written after it was made, and is asked for until it is there. */
export function useDeviceCharts(
  devices: readonly string[],
  channels: readonly string[],
  range: Range,
  points: number,
  made?: Pick<Twin, 'twin' | 'createdAt'>,
): DeviceCharts {
  const [plots] = useState(makePlots)
  const asked = channels.length > 0 && points > 0
  const key = asked ? JSON.stringify([devices, channels, range, points]) : undefined
  const span_ms = spanOf(range)

  const load: Load<Chart> = useLoad(
    key,
    async (signal) => {
      const [from, to] = boundsOf(range, serverNow())
      const chart = await api.chart({ devices, channels, from: Math.floor(from), to: Math.ceil(to), points }, signal)
      plots.load(chart, devices[0]!)
      return chart
    },
    { refresh_ms: range.kind === 'live' ? Math.max(20_000, Math.min(300_000, span_ms / 60)) : undefined, keep: true },
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` holds the range
  useEffect(() => {
    const move = () => plots.setBounds(...boundsOf(range, serverNow()))
    move()
    if (range.kind === 'fixed') return
    // One pixel's worth of time, within a second and ten: faster would be seen by nobody.
    const timer = setInterval(() => !document.hidden && move(), Math.max(1_000, Math.min(10_000, span_ms / 1_200)))
    return () => clearInterval(timer)
  }, [plots, key])

  const { data, error, reload } = load
  const twin = made?.twin
  const madeAt = made?.createdAt ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: `error` asks again after a failure
  useEffect(() => {
    const age_ms = serverNow() - madeAt
    if (!twin || age_ms > writing_ms || (data && reachesReal(data, twin))) return
    // As long again as it has lasted: after 1, 2, 4, 8 seconds and so on. An answer, even a failure, sets the next.
    const timer = setTimeout(reload, Math.max(1_000, age_ms))
    return () => clearTimeout(timer)
  }, [twin, madeAt, data, error, reload])

  return { plots, chart: data, error, reload }
}
