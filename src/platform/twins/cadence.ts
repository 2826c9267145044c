// Cadence: when a device sends, learned from the times of its readings, so that its twin sends beside it: the usual
// distance, and where in it the device sends. How far single readings stray is the model's to know.

import { medianStep_ms } from '#core/series.ts'

export type Cadence = {
  /** Median distance of readings, whole ms, at least 1. */
  readonly step_ms: number
  /** Readings lie at k * step + phase, so that the twin's fall on the instants of the device's newest ones. */
  readonly phase_ms: number
}

/** `times` are epoch ms, increasing, two or more. */
export function learnCadence(times: Float64Array): Cadence {
  const step_ms = Math.max(1, Math.round(medianStep_ms(times)))
  const last = Math.round(times[times.length - 1]!)
  return { step_ms, phase_ms: ((last % step_ms) + step_ms) % step_ms }
}
