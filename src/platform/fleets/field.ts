// What goes wrong in the field, as functions of (device's random stream, nominal time): nothing is remembered, so any
// part of a fleet's life can be computed again and comes out the same.
//
// A nominal time is when a device means to send. What may happen to it:
//   offline   the device is without power or reach for 10 min to 6 h, at most once a day: nothing is measured
//   dropped   a single reading is lost on its way
//   late      a link is down for 20 s to 5 min, at most once an hour: readings wait and are delivered together after it
//   repeated  the acknowledgement is lost, so the device sends the same reading again with its next one
//   jitter    the measurement is taken some tens of milliseconds before it is sent

import type { Rng } from '#core/rng.ts'
import { day_ms, hour_ms, minute_ms, second_ms } from '#core/time.ts'
import { wordsPerInstant } from './ids.ts'

/** How often, as probabilities. */
export type Imperfections = {
  readonly offlinePerDay: number
  readonly latePerHour: number
  readonly dropped: number
  readonly repeated: number
}

export const usualImperfections: Imperfections = {
  offlinePerDay: 0.15,
  latePerHour: 0.1,
  dropped: 0.002,
  repeated: 0.005,
}

/** Half-open, epoch ms. */
export type Window = { readonly from: number; readonly to: number }

const offline_ms = { min: 10 * minute_ms, max: 6 * hour_ms }
const late_ms = { min: 20 * second_ms, max: 5 * minute_ms }
const lag_ms = { mean: 60, deviation: 20, max: 120 }

/** Streams of windows lie beyond every instant that is believed. */
const windowsAt = 2 ** 50
const lateAt = 2 ** 51
const wordsPerWindow = 4

const fate = (rng: Rng, time: number, k: number) => rng.uniformAt(time * wordsPerInstant + 4 + k)

export const isDropped = (rng: Rng, time: number, { dropped }: Imperfections): boolean => fate(rng, time, 0) < dropped
export const isRepeated = (rng: Rng, time: number, { repeated }: Imperfections): boolean =>
  fate(rng, time, 1) < repeated

/** When the reading that is sent at `time` was measured, whole epoch ms, never after it. */
export function recordedAt(rng: Rng, time: number, interval_ms: number): number {
  const scale = Math.min(1, interval_ms / second_ms)
  const lag = lag_ms.mean + lag_ms.deviation * rng.normalAt(time * wordsPerInstant + 6)
  return Math.round(time - scale * Math.min(lag_ms.max, Math.max(0, lag)))
}

/** The window of the day of `time` in which the device is off, if that day has one. */
export function offlineWindow(rng: Rng, time: number, { offlinePerDay }: Imperfections): Window | undefined {
  const day = Math.floor(time / day_ms)
  const at = windowsAt + day * wordsPerWindow
  if (rng.uniformAt(at) >= offlinePerDay) return undefined
  // Short ones are common, long ones rare: the length is uniform on a logarithmic scale.
  const length = offline_ms.min * (offline_ms.max / offline_ms.min) ** rng.uniformAt(at + 1)
  return windowIn(day * day_ms, day_ms, rng.uniformAt(at + 2), length)
}

/** The window of the hour of `time` in which readings wait for the link, if that hour has one. */
export function lateWindow(rng: Rng, time: number, { latePerHour }: Imperfections): Window | undefined {
  const hour = Math.floor(time / hour_ms)
  const at = lateAt + hour * wordsPerWindow
  if (rng.uniformAt(at) >= latePerHour) return undefined
  const length = late_ms.min + (late_ms.max - late_ms.min) * rng.uniformAt(at + 1)
  return windowIn(hour * hour_ms, hour_ms, rng.uniformAt(at + 2), length)
}

export const holds = (window: Window | undefined, time: number): boolean =>
  window !== undefined && time >= window.from && time < window.to

/** Begins anywhere in the block and ends inside it, so that one block is all there is to look at. */
function windowIn(start: number, size: number, where: number, length: number): Window {
  const from = start + Math.floor(where * (size - length))
  return { from, to: from + Math.round(length) }
}
