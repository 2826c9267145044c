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

/** Correlation of octave j at those lags: column j of the dictionary. Octave 0 is white. */
export const octaveColumns = (lags: readonly number[], octaves: number): Float64Array[] =>
  Array.from({ length: octaves }, (_, j) =>
    Float64Array.from(lags, (lag) => (j === 0 ? (lag === 0 ? 1 : 0) : latticeCorrelation(lag / 2 ** j))),
  )

/** Weights (sum 1) of octaves 0, 1, ... whose mixture has that correlation; `memory` rows is where it has fallen to 1/e. */
export function weightsOfCorrelation(correlationAt: (lag: number) => number, memory: number): Float64Array {
  const lags = lagsUpTo(Math.max(8, Math.ceil(5 * memory)))
  const octaves = Math.min(40, 36 - Math.clz32(Math.max(1, Math.ceil(memory))))
  return normalised(
    boxLeastSquares(octaveColumns(lags, octaves), Float64Array.from(lags, correlationAt), { lower: 0, upper: 1 }),
  )
}

/** Weights below a thousandth are dropped, the rest sum to 1. All zero becomes white. */
export function normalised(weights: Float64Array): Float64Array {
  const kept = weights.map((weight) => (weight < 1e-3 ? 0 : weight))
  const sum = kept.reduce((total, weight) => total + weight, 0)
  if (sum === 0) return kept.map((_, j) => (j === 0 ? 1 : 0))
  return kept.map((weight) => weight / sum)
}
