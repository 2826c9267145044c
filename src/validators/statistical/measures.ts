// The measurements of the statistical validator, each a distance of 0 (alike) upwards with the threshold at which a
// person would begin to see it.
// Sources: Kolmogorov 1933 and Smirnov 1948; Wasserstein distance as earth mover's distance; autocorrelation and
// correlation differences as in TSGBench (Ang et al. 2023, ACD) and Diffusion-TS (Yuan and Qiao 2024).

import {
  autocorrelation,
  correlation,
  deviation,
  kolmogorovSmirnov,
  mean,
  present,
  quantile,
  sorted,
  wasserstein,
} from '#maths/statistics.ts'

export type Aspect = 'values' | 'spread' | 'memory' | 'connections'
export type Measure = {
  readonly name: string
  readonly value: number
  readonly threshold: number
  readonly aspect: Aspect
  readonly why: string
}
/** One channel of both frames, each in the rows of its frame, and both on one regular step; NaN is a gap. */
export type Pair = {
  readonly name: string
  readonly candidate: Float64Array
  readonly reference: Float64Array
  readonly candidateGrid: Float64Array
  readonly referenceGrid: Float64Array
}

/** Steps from one reading to the next that a roughness needs. */
export const fewestSteps = 8

/** Distribution, level, spread, roughness and memory of one channel. */
export function measuresOf({ name, candidate, reference, candidateGrid, referenceGrid }: Pair): Measure[] {
  const [mine, real] = [sorted(candidate), sorted(reference)]
  const scale = scaleOf(real)
  const tails = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map((p) => Math.abs(quantile(mine, p) - quantile(real, p)))
  return [
    {
      name: `ks.${name}`,
      value: kolmogorovSmirnov(mine, real),
      threshold: 0.15,
      aspect: 'values',
      why: 'largest difference between the shares of readings below any value: 0 is the same distribution, 1 no overlap',
    },
    {
      name: `wasserstein.${name}`,
      value: wasserstein(mine, real) / scale,
      threshold: 0.3,
      aspect: 'values',
      why: 'how far readings must move, on average, to become the real ones, in standard deviations of the real ones',
    },
    {
      name: `mean.${name}`,
      value: Math.abs(mean(mine) - mean(real)) / scale,
      threshold: 0.3,
      aspect: 'spread',
      why: 'difference of the means in standard deviations: an offset is what a chart shows first',
    },
    {
      name: `deviation.${name}`,
      value: logRatio(deviation(mine), deviation(real), scale),
      threshold: 0.3,
      aspect: 'spread',
      why: 'logarithm of the ratio of the standard deviations: 0.3 is a third too calm or too wild',
    },
    {
      name: `quantiles.${name}`,
      value: Math.max(...tails) / scale,
      threshold: 0.6,
      aspect: 'spread',
      why: 'largest difference of the 1, 5, 25, 50, 75, 95 and 99 % quantiles in standard deviations: alarms live in the tails',
    },
    {
      name: `acf.${name}`,
      value: autocorrelationDistance(candidateGrid, referenceGrid),
      threshold: 0.15,
      aspect: 'memory',
      why: 'mean difference of the autocorrelations at all lags that matter: seasons and persistence',
    },
    ...roughness(name, candidateGrid, referenceGrid, scale),
  ]
}

/** Not measured where either hardly ever has readings one step apart: no steps are not small steps. */
function roughness(name: string, candidateGrid: Float64Array, referenceGrid: Float64Array, scale: number): Measure[] {
  const [mine, real] = [present(differences(candidateGrid)), present(differences(referenceGrid))]
  if (Math.min(mine.length, real.length) < fewestSteps) return []
  return [
    {
      name: `roughness.${name}`,
      value: logRatio(deviation(mine), deviation(real), scale),
      threshold: 0.4,
      aspect: 'memory',
      why: 'logarithm of the ratio of the typical step from one reading to the next: too smooth or too noisy',
    },
  ]
}

/** Differences of the correlations between channels, one measurement per pair, named in the reference's order. */
export function connectionsOf(pairs: readonly Pair[]): Measure[] {
  const found: Measure[] = []
  for (const [i, a] of pairs.entries()) {
    for (const b of pairs.slice(0, i)) {
      const real = correlation(a.reference, b.reference)
      const mine = correlation(a.candidate, b.candidate)
      if (Number.isNaN(real)) continue
      found.push({
        name: `correlation.${b.name}.${a.name}`,
        value: Math.abs((Number.isNaN(mine) ? 0 : mine) - real),
        threshold: 0.2,
        aspect: 'connections',
        why: 'difference of the correlation at the same instant: channels that belong together must move together',
      })
    }
  }
  return found
}

/** Standard deviation; for a channel that never changes, a twentieth of its size, so that distances stay finite. */
function scaleOf(ascending: Float64Array): number {
  const spread = deviation(ascending)
  return spread > 0 ? spread : Math.max(1e-9, Math.abs(ascending[0]!) / 20)
}

/** |log(a / b)|, where both are held above a thousandth of the scale; 0 when neither varies. */
function logRatio(a: number, b: number, scale: number): number {
  const floor = 1e-3 * scale
  return Math.abs(Math.log(Math.max(floor, a) / Math.max(floor, b)))
}

/**
 * Mean |difference| over the lags (1, 2, 3 ... spaced evenly in the logarithm, up to a quarter of the fewer readings) at
 * which either of the two remembers anything; lags that both have forgotten would only dilute it.
 */
function autocorrelationDistance(a: Float64Array, b: Float64Array): number {
  const longest = Math.max(1, Math.floor(Math.min(present(a).length, present(b).length) / 4))
  const [mine, real] = [autocorrelation(a, longest), autocorrelation(b, longest)]
  const noise = 0.1 + 2 / Math.sqrt(Math.min(a.length, b.length))
  let sum = 0
  let count = 0
  for (let lag = 1; lag <= longest; lag = Math.max(lag + 1, Math.round(lag * 1.15))) {
    if (Math.max(Math.abs(mine[lag]!), Math.abs(real[lag]!)) < noise) continue
    sum += Math.abs(mine[lag]! - real[lag]!)
    count++
  }
  return count === 0 ? 0 : sum / count
}

/** From each cell to the next; NaN where either is a gap. */
export const differences = (values: Float64Array): Float64Array => values.subarray(1).map((x, i) => x - values[i]!)
