// Lattice noise: a smooth Gaussian process whose value anywhere costs three hashed normals, so that it can be read at
// any instant without its past. Normals sit on a lattice in time; a quadratic B-spline mixes the nearest three, and the
// mix is divided by its own standard deviation, so that the variance is 1 everywhere. Octaves (spacings 2^j) with
// non-negative weights give any falling autocorrelation from milliseconds to years.
// Sources: Perlin 1985 (lattice noise), Lewis 1989 (its use as a stochastic process); weights: learn/octaves.ts.

import type { Rng } from '#core/rng.ts'

/** Standard normal process of time (epoch ms) with a lattice of that spacing. Keeps the last cell it was asked for. */
export function latticeNoise(rng: Rng, spacing_ms: number): (time: number) => number {
  // Without an offset of its own, the lattices of all octaves would meet at the same instants.
  const offset = Math.floor(rng.derive('offset').uniformAt(0) * spacing_ms)
  let cell = Number.NaN
  let before = 0
  let here = 0
  let after = 0
  return (time) => {
    const u = (time + offset) / spacing_ms
    const at = Math.floor(u)
    if (at !== cell) {
      cell = at
      before = rng.normalAt(at)
      here = rng.normalAt(at + 1)
      after = rng.normalAt(at + 2)
    }
    const f = u - at
    const g = 1 - f
    const w0 = 0.5 * g * g
    const w1 = 0.5 + f * g
    const w2 = 0.5 * f * f
    return (w0 * before + w1 * here + w2 * after) / Math.sqrt(w0 * w0 + w1 * w1 + w2 * w2)
  }
}

/**
 * Autocorrelation of an octave at a lag, averaged over where the lattice lies; lag in units of the spacing. Octave of
 * spacing 1 row and white noise are the caller's cases: white noise is 1 at lag 0 and 0 elsewhere.
 */
export function latticeCorrelation(lag: number): number {
  if (lag >= 3) return 0
  const phases = 64
  let sum = 0
  for (let k = 0; k < phases; k++) {
    const f = (k + 0.5) / phases
    const other = f + lag
    const shift = Math.floor(other)
    const a = weights(f)
    const b = weights(other - shift)
    let dot = 0
    for (let i = 0; i < 3; i++) if (i - shift >= 0) dot += a[i]! * b[i - shift]!
    sum += dot / Math.sqrt(square(a) * square(b))
  }
  return sum / phases
}

const weights = (f: number) => [0.5 * (1 - f) * (1 - f), 0.5 + f * (1 - f), 0.5 * f * f]
const square = (w: readonly number[]) => w.reduce((sum, x) => sum + x * x, 0)
