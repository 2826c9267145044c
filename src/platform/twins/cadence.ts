// Cadence: when a device sends, learned from the times of its readings, so that its twin sends like it: the usual
// distance, where in it the device sends, and how far single readings stray.

import type { Rng } from '#core/rng.ts'
import { medianStep_ms } from '#core/series.ts'

export type Cadence = {
  /** Median distance of readings, whole ms, at least 1. */
  readonly step_ms: number
  /** Readings lie at k * step + phase. */
  readonly phase_ms: number
  /** Deviations from that, ms: 17 quantiles from the least to the largest, or none where readings lie exactly. */
  readonly jitter_ms: readonly number[]
}

const quantiles = 17

/** `times` are epoch ms, increasing, two or more. */
export function learnCadence(times: Float64Array): Cadence {
  const step_ms = Math.max(1, Math.round(medianStep_ms(times)))
  const last = times[times.length - 1]!
  const phase_ms = ((Math.round(last) % step_ms) + step_ms) % step_ms
  const strays: number[] = []
  for (let i = 1; i < times.length; i++) {
    const distance = times[i]! - times[i - 1]!
    const steps = Math.round(distance / step_ms)
    // The difference of two independent strays is wider than one by the square root of two.
    if (steps >= 1) strays.push((distance - steps * step_ms) / Math.SQRT2)
  }
  strays.sort((a, b) => a - b)
  const exact = strays.length === 0 || strays.every((stray) => Math.abs(stray) < 1)
  return { step_ms, phase_ms, jitter_ms: exact ? [] : sample(strays) }
}

const sample = (sorted: readonly number[]): number[] =>
  Array.from({ length: quantiles }, (_, q) => round(sorted[Math.round((q / (quantiles - 1)) * (sorted.length - 1))]!))

const round = (value: number) => Math.round(value * 10) / 10

/** When the reading of a nominal time carries to be recorded, whole epoch ms: within half a step of it. */
export function strayed({ step_ms, jitter_ms }: Cadence, rng: Rng, time: number, position: number): number {
  if (jitter_ms.length === 0) return time
  const at = rng.uniformAt(position) * (jitter_ms.length - 1)
  const low = Math.floor(at)
  const stray = jitter_ms[low]! + (at - low) * (jitter_ms[Math.min(low + 1, jitter_ms.length - 1)]! - jitter_ms[low]!)
  const most = Math.floor((step_ms - 1) / 2)
  return Math.round(time + Math.min(most, Math.max(-most, stray)))
}
