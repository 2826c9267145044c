// Noise that several channels share, scale by scale: for each octave a matrix of how the channels mix it, chosen so that
// their auto- and cross-correlations at all lags come out as in the data.
// Source: linear model of coregionalisation (Journel and Huijbregts 1978); fitted as in Goulard and Voltz 1992: least
// squares per pair, then the nearest matrix that is a covariance.

import { boxLeastSquares, semidefiniteRoot } from '#maths/linear.ts'
import { correlation, deviation, mutualCorrelation, variogram } from '#maths/statistics.ts'
import type { StatisticalDocument } from '../document.ts'
import { lagsUpTo, normalised, octaveColumns } from './octaves.ts'

/** Octaves with their mixing (d * d) for d columns of residuals; each channel keeps its own variance. */
export function mixingOf(rests: readonly Float64Array[], from: number): StatisticalDocument['field'] {
  const d = rests.length
  const rows = rests[0]?.length ?? 0
  const spacings = spacingsOf(rows)
  const lags = lagsUpTo(Math.max(4, Math.floor(rows / 4)))
  const columns = octaveColumns(lags, spacings)
  const deviations = rests.map(deviation)
  const weights = rests.map((rest, c) =>
    deviations[c]! > 1e-9 ? weightsOfRoughness(columns, variogram(rest, lags)) : new Float64Array(spacings.length),
  )
  const shared = sharedOf(rests, weights, spacings)
  return spacings
    .map((spacing, j) => {
      // Slow octaves are balanced over the data's own length, which has 2, 4, 8 or more nodes of them.
      const nodes = spacing === 0 ? 1 : Math.round(rows / spacing)
      const root = semidefiniteRoot(shared[j]!, d)
      const mixing = new Array<number>(d * d).fill(0)
      for (let a = 0; a < d; a++) {
        let length = 0
        for (let k = 0; k < d; k++) length += root[a * d + k]! ** 2
        const scale = (deviations[a]! * Math.sqrt(weights[a]![j]!)) / Math.sqrt(length)
        for (let k = 0; k < d; k++) {
          const share = root[a * d + k]! * scale
          mixing[a * d + k] = Math.abs(share) < 1e-6 || !Number.isFinite(share) ? 0 : share
        }
      }
      return { spacing, mixing, balanced: nodes > 64 ? 1 : Math.min(8, nodes), anchor: from }
    })
    .filter(({ mixing }) => mixing.some((share) => share !== 0))
}

/**
 * Weights (sum 1) of the octaves, fitted to how fast a series departs from itself: relative errors of the variogram, so
 * that a smooth series stays smooth from row to row although its long swings are a hundred times as large.
 */
function weightsOfRoughness(columns: readonly Float64Array[], departs: Float64Array): Float64Array {
  // A lag at which the channel has no two values (it reports every tenth row) says nothing, and counts for nothing.
  const known = departs.subarray(1).map((x) => (Number.isNaN(x) ? 0 : 1))
  const wanted = departs.subarray(1).map((x) => (Number.isNaN(x) ? 1 : Math.max(1e-6, x)))
  const precision = wanted.map((x, i) => known[i]! / (x * x))
  const octaves = columns.map((column) => column.subarray(1).map((x) => 1 - x))
  return normalised(boxLeastSquares(octaves, wanted, { lower: 0, upper: 2 }, precision))
}

/** White noise, then the data's length halved and halved, from one and a half rows up to an eighth of the length: slower swings were seen too seldom. */
function spacingsOf(rows: number): number[] {
  const spacings: number[] = []
  for (let spacing = rows / 8; spacing >= 1.5; spacing /= 2) spacings.unshift(spacing)
  return [0, ...spacings]
}

/** Rows that are enough to see which channels move together. */
const mostRows = 1 << 14

/** Correlation matrix of the channels within each octave. */
function sharedOf(
  rests: readonly Float64Array[],
  weights: readonly Float64Array[],
  spacings: readonly number[],
): Float64Array[] {
  const d = rests.length
  const newest = rests.map((rest) => rest.subarray(Math.max(0, rest.length - mostRows)))
  const lags = lagsUpTo(Math.max(4, Math.floor((newest[0]?.length ?? 0) / 4))).filter((_, i) => i % 3 === 0)
  const columns = octaveColumns(lags, spacings)
  const shared = columns.map(() => {
    const unit = new Float64Array(d * d)
    for (let a = 0; a < d; a++) unit[a * d + a] = 1
    return unit
  })
  // Agreement at the same instant is what a person sees: it counts as much as the other lags together.
  const emphasis = Float64Array.from(lags, (_, i) => (i === 0 ? lags.length / 2 : 1))
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < a; b++) {
      if (Number.isNaN(correlation(newest[a]!, newest[b]!))) continue
      const scaled = columns.map((column, j) => {
        const size = Math.sqrt(weights[a]![j]! * weights[b]![j]!)
        return column.map((x) => x * size)
      })
      const wanted = mutualCorrelation(newest[a]!, newest[b]!, lags)
      const agreement = boxLeastSquares(scaled, wanted, { lower: -1, upper: 1 }, emphasis)
      for (let j = 0; j < columns.length; j++) {
        shared[j]![a * d + b] = agreement[j]!
        shared[j]![b * d + a] = agreement[j]!
      }
    }
  }
  return shared
}
