// The last step of learning: sample the model and compare how far its values move over 1, 2, 4 ... rows with how far the
// real ones do. The map from normal scores stretches some places a hundred times more than others, so noise that is right
// on the scores may be wrong on the values; here the octave that is about as long as the lag is turned up or down.
// (Matching moments by simulation: McFadden 1989.)

import { createRng } from '#core/rng.ts'
import { deviation, variogram } from '#maths/statistics.ts'
import type { StatisticalDocument } from '../document.ts'
import { modelOf } from '../model.ts'

const rounds = 5
const seeds = 3
/** Enough rows to see every octave that matters from row to row; slower ones are left as they are. */
const mostRows = 1 << 14

/** Changes the mixing of the document's octaves in place; the variance of each channel stays. */
export async function calibrate(
  document: StatisticalDocument,
  columns: readonly Float64Array[],
  from: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const signals = document.channels.flatMap(({ source }, c) => (source.kind === 'signal' ? [c] : []))
  const d = signals.length
  const rows = Math.min(mostRows, columns[0]!.length)
  const lags = document.field.map(({ spacing }) => Math.max(1, Math.round(spacing))).filter((lag) => lag <= rows / 32)
  const variances = signals.map((c) => deviation(columns[c]!) ** 2)
  const wanted = signals.map((c) => variogram(columns[c]!, lags))
  const clean = { ...document, gaps: [], anomalies: [], seasonality: 1, noise: 1 }
  for (let round = 0; round < rounds; round++) {
    // Lets other work of this thread go on.
    await new Promise((resolve) => setTimeout(resolve, 0))
    signal?.throwIfAborted()
    const model = modelOf(clean)
    const made = signals.map(() => new Float64Array(lags.length))
    for (let seed = 0; seed < seeds; seed++) {
      const options = {
        from,
        step_ms: document.step_ms,
        length: rows,
        chunk: rows,
        rng: createRng(`calibration ${seed}`),
      }
      for (const { channels } of model.sample(options)) {
        for (const [a, c] of signals.entries()) {
          const one = variogram(channels[c]!.values, lags, variances[a])
          for (let j = 0; j < lags.length; j++) made[a]![j] = made[a]![j]! + one[j]! / seeds
        }
      }
    }
    for (let a = 0; a < d; a++) turnChannel(document, a, d, wanted[a]!, made[a]!)
  }
}

function turnChannel(
  { field }: StatisticalDocument,
  channel: number,
  d: number,
  wanted: Float64Array,
  made: Float64Array,
): void {
  const power = field.map(({ mixing }) => powerOf(mixing, channel, d))
  const total = power.reduce((sum, x) => sum + x, 0)
  if (total === 0) return
  const turned = power.map((x, j) => x * (j < wanted.length ? turn(wanted[j]!, made[j]!) : 1))
  rescale(turned, total)
  for (const [j, { mixing }] of field.entries()) {
    const factor = power[j]! > 0 ? Math.sqrt(turned[j]! / power[j]!) : 0
    for (let k = 0; k < d; k++) mixing[channel * d + k] = mixing[channel * d + k]! * factor
  }
}

/** Half the way, in the logarithm, and never more than fourfold at once. */
const turn = (wanted: number, made: number): number =>
  made > 0 && wanted >= 0 ? Math.max(0.25, Math.min(4, Math.sqrt(wanted / made))) : 1

/** Brings the sum back to `total`: what is missing or too much is the slowest octave's, as far as it goes. */
function rescale(power: number[], total: number): void {
  const slowest = power.findLastIndex((x) => x > 0)
  const others = power.reduce((sum, x, j) => sum + (j === slowest ? 0 : x), 0)
  if (others < 0.95 * total) power[slowest] = total - others
  else {
    const sum = others + power[slowest]!
    for (let j = 0; j < power.length; j++) power[j] = (power[j]! * total) / sum
  }
}

function powerOf(mixing: readonly number[], channel: number, d: number): number {
  let sum = 0
  for (let k = 0; k < d; k++) sum += mixing[channel * d + k]! ** 2
  return sum
}
