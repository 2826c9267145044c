// Which octaves of noise make a wanted autocorrelation: non-negative least squares of the octaves' own correlations
// against it, at lags spaced evenly in the logarithm.

import { boxLeastSquares } from '#maths/linear.ts'
import { latticeCorrelation } from '../field.ts'

/** Lags in rows: 0 .. 8 singly, then about eight per doubling, up to `longest`. */
export function lagsUpTo(longest: number): number[] {
  const lags: number[] = []
  for (let lag = 0; lag <= longest; lag = Math.max(lag + 1, Math.round(lag * 1.09))) lags.push(lag)
  return lags
}

/** Correlation of each octave at those lags: the dictionary. Spacings in rows; 0 is white. */
export const octaveColumns = (lags: readonly number[], spacings: readonly number[]): Float64Array[] =>
  spacings.map((spacing) =>
    Float64Array.from(lags, (lag) => (spacing === 0 ? (lag === 0 ? 1 : 0) : latticeCorrelation(lag / spacing))),
  )

/** Octaves whose mixture has that correlation, weights (sum 1); `memory` rows is where it has fallen to 1/e. */
export function octavesOfCorrelation(
  correlationAt: (lag: number) => number,
  memory: number,
): { spacing: number; weight: number }[] {
  const lags = lagsUpTo(Math.max(8, Math.ceil(5 * memory)))
  const count = Math.min(40, 36 - Math.clz32(Math.max(1, Math.ceil(memory))))
  const spacings = Array.from({ length: count }, (_, j) => (j === 0 ? 0 : 2 ** j))
  const wanted = Float64Array.from(lags, correlationAt)
  const weights = normalised(boxLeastSquares(octaveColumns(lags, spacings), wanted, { lower: 0, upper: 1 }))
  return spacings.flatMap((spacing, j) => (weights[j]! > 0 ? [{ spacing, weight: weights[j]! }] : []))
}

/**
 * Weights below a millionth are dropped. The rest sum to 1: too much is scaled down, and what is missing goes to the
 * slowest octave, because what departs slowly has not yet shown all of its variance. All zero becomes white.
 */
export function normalised(weights: Float64Array): Float64Array {
  const kept = weights.map((weight) => (weight < 1e-6 ? 0 : weight))
  const sum = kept.reduce((total, weight) => total + weight, 0)
  if (sum === 0) return kept.map((_, j) => (j === 0 ? 1 : 0))
  if (sum > 1) return kept.map((weight) => weight / sum)
  const slowest = kept.findLastIndex((weight) => weight > 0)
  kept[slowest] = kept[slowest]! + 1 - sum
  return kept
}
