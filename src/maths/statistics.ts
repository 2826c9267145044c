// Descriptive statistics of columns with gaps (NaN is a gap), and distances between two samples.
// Quantiles are type 7 of Hyndman and Fan 1996 (numpy's default).

import { laggedProducts } from './fft.ts'

/** The values that are numbers, in their order. */
export const present = (values: Float64Array): Float64Array => values.filter((x) => !Number.isNaN(x))

/** The values that are numbers, ascending. */
export const sorted = (values: Float64Array): Float64Array => present(values).sort()

/** Mean of the values that are numbers; NaN when there is none. */
export function mean(values: Float64Array): number {
  let sum = 0
  let count = 0
  for (const x of values) {
    if (Number.isNaN(x)) continue
    sum += x
    count++
  }
  return sum / count
}

/** Standard deviation (divided by n) of the values that are numbers; NaN when there is none. */
export function deviation(values: Float64Array): number {
  const centre = mean(values)
  let sum = 0
  let count = 0
  for (const x of values) {
    if (Number.isNaN(x)) continue
    sum += (x - centre) ** 2
    count++
  }
  return Math.sqrt(sum / count)
}

/** The value below which a share p (0 .. 1) of ascending values lies; NaN when there are none. */
export function quantile(ascending: Float64Array, p: number): number {
  if (ascending.length === 0) return Number.NaN
  const at = p * (ascending.length - 1)
  const below = Math.floor(at)
  const low = ascending[below]!
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!
  return low + (at - below) * (high - low)
}

/** Pearson correlation over the rows where both are numbers; NaN when one does not vary there. */
export function correlation(a: Float64Array, b: Float64Array): number {
  let n = 0
  let sumA = 0
  let sumB = 0
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]! + b[i]!)) continue
    n++
    sumA += a[i]!
    sumB += b[i]!
  }
  let ab = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]! + b[i]!)) continue
    const x = a[i]! - sumA / n
    const y = b[i]! - sumB / n
    ab += x * y
    aa += x * x
    bb += y * y
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : Number.NaN
}

/**
 * Correlation of a[t] with b[t + lag] for lag 0 .. lags, over the pairs where both are numbers (gaps are left out of
 * sums and counts alike). 0 where fewer than 4 pairs or no variance are left.
 */
export function crossCorrelation(a: Float64Array, b: Float64Array, lags: number): Float64Array {
  const presentA = a.map((x) => (Number.isNaN(x) ? 0 : 1))
  const presentB = b.map((x) => (Number.isNaN(x) ? 0 : 1))
  const [centreA, centreB] = [mean(a), mean(b)]
  const sums = laggedProducts(
    a.map((x) => (Number.isNaN(x) ? 0 : x - centreA)),
    b.map((x) => (Number.isNaN(x) ? 0 : x - centreB)),
    lags,
  )
  const counts = laggedProducts(presentA, presentB, lags)
  const scale = deviation(a) * deviation(b)
  return sums.map((sum, lag) => {
    const count = Math.round(counts[lag]!)
    return count >= 4 && scale > 0 ? sum / count / scale : 0
  })
}

/** Mean of the correlations of a[t] with b[t + lag] and of b[t] with a[t + lag], at some lags only: without an FFT. */
export function mutualCorrelation(a: Float64Array, b: Float64Array, lags: readonly number[]): Float64Array {
  const [centreA, centreB] = [mean(a), mean(b)]
  const scale = deviation(a) * deviation(b)
  return Float64Array.from(lags, (lag) => {
    let sum = 0
    let count = 0
    for (let i = lag; i < a.length; i++) {
      const forth = (a[i - lag]! - centreA) * (b[i]! - centreB)
      const back = (b[i - lag]! - centreB) * (a[i]! - centreA)
      if (!Number.isNaN(forth)) {
        sum += forth
        count++
      }
      if (!Number.isNaN(back)) {
        sum += back
        count++
      }
    }
    return count >= 8 && scale > 0 ? sum / count / scale : 0
  })
}

/** Autocorrelation at lags 0 .. lags. */
export const autocorrelation = (values: Float64Array, lags: number): Float64Array =>
  crossCorrelation(values, values, lags)

/**
 * Half the mean squared difference of values that lie `lag` rows apart, divided by the variance: 1 - autocorrelation where
 * that is well known, and exact for small lags where the autocorrelation is 1 but for its last digits. NaN where no pair is,
 * 1 where there is no variance.
 */
export function variogram(
  values: Float64Array,
  lags: readonly number[],
  variance: number = deviation(values) ** 2,
): Float64Array {
  return Float64Array.from(lags, (lag) => {
    let sum = 0
    let count = 0
    for (let i = lag; i < values.length; i++) {
      const difference = values[i]! - values[i - lag]!
      if (Number.isNaN(difference)) continue
      sum += difference * difference
      count++
    }
    if (count === 0) return Number.NaN
    return variance > 0 ? sum / count / 2 / variance : 1
  })
}

/** Kolmogorov-Smirnov statistic: the largest distance of the two empirical distribution functions, 0 .. 1. Ascending inputs. */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): number {
  let worst = 0
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const x = Math.min(a[i]!, b[j]!)
    while (i < a.length && a[i]! <= x) i++
    while (j < b.length && b[j]! <= x) j++
    worst = Math.max(worst, Math.abs(i / a.length - j / b.length))
  }
  return worst
}

/** First Wasserstein distance: the mean distance that values must move to turn one sample into the other. Ascending inputs. */
export function wasserstein(a: Float64Array, b: Float64Array): number {
  let total = 0
  let i = 0
  let j = 0
  let at = 0
  while (i < a.length && j < b.length) {
    const next = Math.min((i + 1) / a.length, (j + 1) / b.length)
    total += Math.abs(a[i]! - b[j]!) * (next - at)
    const [endA, endB] = [(i + 1) * b.length, (j + 1) * a.length]
    if (endA <= endB) i++
    if (endB <= endA) j++
    at = next
  }
  return total
}
