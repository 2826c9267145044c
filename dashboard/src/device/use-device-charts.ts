// Keeps the charts of a device page filled: asks the server for the shown range at the width of the screen, moves
// the window with the clock, and asks again now and then so that averages are exact.

import { useEffect, useState } from 'react'
import { type ApiError, api, type Chart } from '../api.ts'
import { serverNow } from '../clock.ts'
import { type Load, useLoad } from '../hooks.ts'
import { boundsOf, type Range, spanOf } from '../range.ts'
import { makePlots, type Plots } from './plots.ts'

export type DeviceCharts = {
  readonly plots: Plots
  readonly chart: Chart | undefined
  readonly error: ApiError | undefined
  readonly reload: () => void
}

export function useDeviceCharts(
  devices: readonly string[],
  channels: readonly string[],
  range: Range,
  points: number,
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

  return { plots, chart: load.data, error: load.error, reload: load.reload }
}
