import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRng } from '#core/rng.ts'
import { fft, laggedProducts, nextPowerOfTwo } from './fft.ts'
import { boxLeastSquares, cholesky, choleskySolve, leastSquares, semidefiniteRoot, symmetricEigen } from './linear.ts'
import {
  autocorrelation,
  correlation,
  crossCorrelation,
  deviation,
  kolmogorovSmirnov,
  mean,
  quantile,
  sorted,
  variogram,
  wasserstein,
} from './statistics.ts'

const near = (a: number, b: number, tolerance = 1e-9) => ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`)
const normals = (n: number, seed: number) => {
  const values = new Float64Array(n)
  createRng(seed).fillNormals(values, 0)
  return values
}

test('fft is the sum that defines it', () => {
  const [re, im] = [normals(16, 1), normals(16, 2)]
  const [x, y] = [re.slice(), im.slice()]
  fft(x, y)
  for (let k = 0; k < 16; k++) {
    let [real, imaginary] = [0, 0]
    for (let t = 0; t < 16; t++) {
      const angle = (-2 * Math.PI * k * t) / 16
      real += re[t]! * Math.cos(angle) - im[t]! * Math.sin(angle)
      imaginary += re[t]! * Math.sin(angle) + im[t]! * Math.cos(angle)
    }
    near(x[k]!, real)
    near(y[k]!, imaginary)
  }
  deepEqual([0, 1, 2, 3, 4, 5, 1000].map(nextPowerOfTwo), [1, 1, 2, 4, 4, 8, 1024])
})

test('lagged products are the sums that define them, in that direction', () => {
  const [a, b] = [normals(50, 3), normals(50, 4)]
  const found = laggedProducts(a, b, 20)
  for (let lag = 0; lag <= 20; lag++) {
    let sum = 0
    for (let t = 0; t + lag < 50; t++) sum += a[t]! * b[t + lag]!
    near(found[lag]!, sum)
  }
})

test('least squares finds the line through points, gaps left out', () => {
  const ones = new Float64Array(10).fill(1)
  const x = Float64Array.from({ length: 10 }, (_, i) => i)
  const y = x.map((value, i) => (i === 4 ? Number.NaN : 3 - 2 * value))
  const [level, slope] = leastSquares([ones, x], y)
  near(level!, 3, 1e-6)
  near(slope!, -2, 1e-6)
})

test('Cholesky solves what it factors, and refuses what is not positive definite', () => {
  const matrix = Float64Array.of(4, 2, 2, 3)
  near(choleskySolve(cholesky(matrix, 2)!, 2, Float64Array.of(8, 7))[0]!, 1.25)
  equal(cholesky(Float64Array.of(1, 2, 2, 1), 2), undefined)
})

test('bounded least squares stays in its box and meets the free solution inside it', () => {
  const columns = [Float64Array.of(1, 0, 1), Float64Array.of(0, 1, 1)]
  const free = boxLeastSquares(columns, Float64Array.of(0.3, 0.4, 0.7), { lower: 0, upper: 1 })
  near(free[0]!, 0.3, 1e-6)
  near(free[1]!, 0.4, 1e-6)
  const held = boxLeastSquares(columns, Float64Array.of(-2, 5, 0), { lower: 0, upper: 1 })
  deepEqual([...held], [0, 1])
})

test('eigenvalues rebuild their matrix; the root of a matrix that is no covariance is that of the nearest', () => {
  const matrix = Float64Array.of(2, 1, 0, 1, 2, 1, 0, 1, 2)
  const { values } = symmetricEigen(matrix, 3)
  for (const [i, expected] of [2 - Math.SQRT2, 2, 2 + Math.SQRT2].entries()) near(values.slice().sort()[i]!, expected)
  const root = semidefiniteRoot(matrix, 3)
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let sum = 0
      for (let k = 0; k < 3; k++) sum += root[i * 3 + k]! * root[j * 3 + k]!
      near(sum, matrix[i * 3 + j]!)
    }
  }
  const clipped = semidefiniteRoot(Float64Array.of(1, 2, 2, 1), 2)
  near(clipped[0]! ** 2 + clipped[1]! ** 2, 1.5)
})

test('quantiles are those of numpy, moments leave gaps out', () => {
  // numpy.quantile([1, 2, 4, 8], [0, .1, .5, .9, 1])
  const values = sorted(Float64Array.of(8, Number.NaN, 1, 4, 2))
  for (const [p, expected] of [
    [0, 1],
    [0.1, 1.3],
    [0.5, 3],
    [0.9, 6.8],
    [1, 8],
  ] as const)
    near(quantile(values, p), expected)
  equal(mean(Float64Array.of(1, Number.NaN, 3)), 2)
  equal(deviation(Float64Array.of(1, Number.NaN, 3)), 1)
  near(correlation(Float64Array.of(1, 2, 3, Number.NaN), Float64Array.of(2, 4, 6, 9)), 1)
})

test('distances of samples: known values, symmetry, and 0 for the same sample', () => {
  near(kolmogorovSmirnov(Float64Array.of(1, 2, 3, 4), Float64Array.of(3, 4, 5, 6)), 0.5)
  // scipy.stats.wasserstein_distance([0, 1, 3], [5, 6, 8]) = 5; ([0, 1], [0, 1, 2]) = 0.5
  near(wasserstein(Float64Array.of(0, 1, 3), Float64Array.of(5, 6, 8)), 5)
  near(wasserstein(Float64Array.of(0, 1), Float64Array.of(0, 1, 2)), 0.5)
  const sample = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(sample, sample, (a, b) => {
      const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()]
      near(kolmogorovSmirnov(x, y), kolmogorovSmirnov(y, x))
      near(wasserstein(x, y), wasserstein(y, x), 1e-7)
      near(kolmogorovSmirnov(x, x) + wasserstein(x, x), 0)
      // The mean can move no further than the values do.
      ok(Math.abs(mean(x) - mean(y)) <= wasserstein(x, y) + 1e-7)
    }),
  )
})

test('autocorrelation of a first-order process falls as its powers, with a fifth of the rows missing', () => {
  const noise = normals(40_000, 7)
  let memory = 0
  const values = noise.map((x) => {
    memory = 0.8 * memory + 0.6 * x
    return memory
  })
  const rng = createRng(8)
  const holes = values.map((x, i) => (rng.uniformAt(i) < 0.2 ? Number.NaN : x))
  const found = autocorrelation(holes, 5)
  for (let lag = 0; lag <= 5; lag++) near(found[lag]!, 0.8 ** lag, 0.04)
  const apart = variogram(holes, [1, 3])
  near(apart[0]!, 0.2, 0.02)
  near(apart[1]!, 1 - 0.8 ** 3, 0.04)
  const later = values.map((_, i) => values[i - 3] ?? Number.NaN)
  near(crossCorrelation(values, later, 5)[3]!, 1, 0.01)
})
