// A real frame on a regular grid: its natural step, its gaps and its jitter.

import { InputError } from '#core/errors.ts'
import { type Frame, medianStep_ms } from '#core/series.ts'
import { day_ms } from '#core/time.ts'
import { deviation } from '#maths/statistics.ts'
import type { GapDocument } from '../document.ts'

export type Grid = {
  /** Epoch ms of row 0, and distance of rows. */
  readonly from: number
  readonly step_ms: number
  readonly rows: number
  /** One column per channel of the frame; NaN where nothing was measured. */
  readonly columns: readonly Float64Array[]
}

const fewest = 16
/** More rows than this are not needed to learn from; the newest are taken. */
const most = 1 << 17

/** Throws InputError when there is too little to learn from. */
export function gridOf(frame: Frame): Grid {
  const { times, channels } = frame
  if (channels.length === 0)
    throw new InputError('the frame has no channels', [{ field: 'channels', message: 'at least one' }])
  if (times.length < fewest) {
    throw new InputError(
      `${times.length} rows are too few to learn from: at least ${fewest} are needed, some hundred are good`,
      [{ field: 'rows', message: `is ${times.length}; at least ${fewest}` }],
    )
  }
  const median = medianStep_ms(times)
  const span = times[times.length - 1]! - times[0]!
  // Bursts with long silences between them: a finer grid than four cells per reading would be mostly empty.
  const step_ms = neat(Math.max(median, span / (4 * times.length)))
  const last = Math.round(span / step_ms)
  const rows = Math.min(most, last + 1)
  const first = last + 1 - rows
  const columns = channels.map(() => new Float64Array(rows).fill(Number.NaN))
  for (let i = 0; i < times.length; i++) {
    const row = Math.round((times[i]! - times[0]!) / step_ms) - first
    if (row < 0) continue
    for (let c = 0; c < columns.length; c++) {
      const value = channels[c]!.values[i]!
      if (Number.isFinite(value)) columns[c]![row] = value
    }
  }
  return { from: times[0]! + first * step_ms, step_ms, rows, columns }
}

/** A whole number of ms; of seconds or tenths where that is within 2 %. */
function neat(step_ms: number): number {
  for (const unit of [3_600_000, 60_000, 10_000, 5_000, 1_000, 100, 10]) {
    const rounded = Math.round(step_ms / unit) * unit
    if (rounded > 0 && Math.abs(rounded - step_ms) < 0.02 * step_ms) return rounded
  }
  return Math.max(1, Math.round(step_ms))
}

/** Missing rows from the distances of times (so that jitter does not look like gaps), then missing values by channel. */
export function gapsOf(frame: Frame, step_ms: number, scale: number): GapDocument[] {
  const { times, channels } = frame
  const runs: number[] = []
  for (let i = 1; i < times.length; i++) {
    const missing = Math.round((times[i]! - times[i - 1]!) / step_ms) - 1
    if (missing > 0) runs.push(missing)
  }
  const found = [gapOf(undefined, runs, times, step_ms, scale)]
  for (const { name, values } of channels) {
    const own: number[] = []
    let run = 0
    for (let i = 0; i <= values.length; i++) {
      if (i < values.length && Number.isNaN(values[i]!)) run++
      else if (run > 0) {
        own.push(run)
        run = 0
      }
    }
    found.push(gapOf(name, own, times, step_ms, scale))
  }
  return found.filter((gap) => gap.single > 0 || gap.rate_per_day > 0)
}

function gapOf(
  channel: string | undefined,
  runs: readonly number[],
  times: Float64Array,
  step_ms: number,
  scale: number,
): GapDocument {
  const span_ms = times[times.length - 1]! - times[0]! + step_ms
  // One outage of an eighth of the data says nothing of how often such outages come.
  const long = Float64Array.from(runs.filter((run) => run > 1 && run * step_ms < span_ms / 8)).sort()
  const kept = Math.min(64, long.length)
  const lengths_ms = Array.from(
    { length: kept },
    (_, i) => long[Math.floor(((i + 0.5) * long.length) / kept)]! * step_ms,
  )
  return {
    channel,
    single: Math.min(0.95, (scale * runs.filter((run) => run === 1).length * step_ms) / span_ms),
    rate_per_day: (scale * long.length * day_ms) / span_ms,
    lengths_ms,
  }
}

/** Standard deviation of a reading's own lateness, ms, from the distances of neighbours that miss nothing. */
export function jitterOf(times: Float64Array, step_ms: number): number {
  const near: number[] = []
  for (let i = 1; i < times.length; i++) {
    const distance = times[i]! - times[i - 1]!
    if (distance < 1.5 * step_ms) near.push(distance - step_ms)
  }
  // A distance has the lateness of two readings in it.
  const jitter = near.length < 8 ? 0 : deviation(Float64Array.from(near)) / Math.SQRT2
  return Math.min(jitter, 0.3 * step_ms)
}
