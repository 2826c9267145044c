// Noise that several channels share, scale by scale: for each octave a matrix of how the channels mix it, chosen so that
// their auto- and cross-correlations at all lags come out as in the data.
// Source: linear model of coregionalisation (Journel and Huijbregts 1978); fitted as in Goulard and Voltz 1992: least
// squares per pair, then the nearest matrix that is a covariance.

import { boxLeastSquares, semidefiniteRoot } from '#maths/linear.ts'
import { autocorrelation, correlation, crossCorrelation, deviation } from '#maths/statistics.ts'
import type { StatisticalDocument } from '../document.ts'
import { lagsUpTo, normalised, octaveColumns } from './octaves.ts'

/** Octaves with their mixing (d * d) for d columns of residuals; each channel keeps its own variance. */
export function mixingOf(rests: readonly Float64Array[]): StatisticalDocument['field'] {
  const d = rests.length
  const rows = rests[0]?.length ?? 0
  // Swings longer than an eighth of the data happened too seldom in it to be known.
  const octaves = Math.max(1, 33 - Math.clz32(Math.max(1, rows >> 3)))
  const lags = lagsUpTo(Math.max(4, Math.floor(rows / 4)))
  const columns = octaveColumns(lags, octaves)
  const pick = (acf: Float64Array) => Float64Array.from(lags, (lag) => acf[lag] ?? 0)
  const furthest = lags.at(-1)!
  const deviations = rests.map(deviation)
  const weights = rests.map((rest, c) =>
    deviations[c]! > 1e-9
      ? normalised(boxLeastSquares(columns, pick(autocorrelation(rest, furthest)), { lower: 0, upper: 1 }))
      : new Float64Array(octaves),
  )
  const shared = sharedOf(rests, weights, columns, pick, furthest)
  return Array.from({ length: octaves }, (_, j) => {
    const root = semidefiniteRoot(shared[j]!, d)
    const mixing = new Array<number>(d * d).fill(0)
    for (let a = 0; a < d; a++) {
      let length = 0
      for (let k = 0; k < d; k++) length += root[a * d + k]! ** 2
      const scale = (deviations[a]! * Math.sqrt(weights[a]![j]!)) / Math.sqrt(length)
      for (let k = 0; k < d; k++) {
        const share = root[a * d + k]! * scale
        mixing[a * d + k] = Math.abs(share) < 1e-4 || !Number.isFinite(share) ? 0 : share
      }
    }
    return { exponent: j, mixing }
  }).filter(({ mixing }) => mixing.some((share) => share !== 0))
}

/** Correlation matrix of the channels within each octave. */
function sharedOf(
  rests: readonly Float64Array[],
  weights: readonly Float64Array[],
  columns: readonly Float64Array[],
  pick: (acf: Float64Array) => Float64Array,
  furthest: number,
): Float64Array[] {
  const d = rests.length
  const shared = columns.map(() => {
    const unit = new Float64Array(d * d)
    for (let a = 0; a < d; a++) unit[a * d + a] = 1
    return unit
  })
  // Agreement at the same instant is what a person sees: it counts as much as the other lags together.
  const emphasis = columns[0]!.map((_, i) => (i === 0 ? columns[0]!.length / 2 : 1))
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < a; b++) {
      if (Number.isNaN(correlation(rests[a]!, rests[b]!))) continue
      const forward = pick(crossCorrelation(rests[a]!, rests[b]!, furthest))
      const backward = pick(crossCorrelation(rests[b]!, rests[a]!, furthest))
      const both = forward.map((x, i) => (x + backward[i]!) / 2)
      const scaled = columns.map((column, j) => {
        const size = Math.sqrt(weights[a]![j]! * weights[b]![j]!)
        return column.map((x) => x * size)
      })
      const agreement = boxLeastSquares(scaled, both, { lower: -1, upper: 1 }, emphasis)
      for (let j = 0; j < columns.length; j++) {
        shared[j]![a * d + b] = agreement[j]!
        shared[j]![b * d + a] = agreement[j]!
      }
    }
  }
  return shared
}
