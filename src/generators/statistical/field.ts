// Lattice noise: a smooth Gaussian process whose value anywhere costs three hashed normals, so that it can be read at
// any instant without its past. Normals sit on a lattice in time; a quadratic B-spline mixes the nearest three, and the
// mix is divided by its own standard deviation, so that the variance is 1 everywhere. Octaves (spacings 2^j) with
// non-negative weights give any falling autocorrelation from milliseconds to years.
// Sources: Perlin 1985 (lattice noise), Lewis 1989 (its use as a stochastic process); weights: learn/octaves.ts.

import { inverseNormal } from '#core/elementary.ts'
import type { Rng } from '#core/rng.ts'

/**
 * Standard normal process of time (epoch ms) with a lattice of that spacing. Keeps the last cell it was asked for.
 * `balanced` n > 1 draws the nodes of each run of n from the n equal parts of the distribution, once each: swings that
 * come only n times in the data then have, over as long a stretch from `anchor`, nearly the mean and spread measured.
 */
export function latticeNoise(rng: Rng, spacing_ms: number, balanced = 1, anchor = 0): (time: number) => number {
  // Without an offset of its own, the lattices of all octaves would meet at the same instants.
  const offset =
    balanced > 1 ? runOffset(spacing_ms, balanced, anchor) : Math.floor(rng.derive('offset').uniformAt(0) * spacing_ms)
  const node = balanced > 1 ? (at: number) => balancedNode(rng, at, balanced) : rng.normalAt
  // Balanced nodes lean against their neighbours (by the share of variance between the parts, where they share a run).
  const lean = balanced > 1 ? (balanced > 2 ? (balanced > 4 ? -0.12 : -0.215) : -0.318) : 0
  let cell = Number.NaN
  let before = 0
  let here = 0
  let after = 0
  return (time) => {
    const u = (time + offset) / spacing_ms
    const at = Math.floor(u)
    if (at !== cell) {
      cell = at
      before = node(at)
      here = node(at + 1)
      after = node(at + 2)
    }
    const f = u - at
    const g = 1 - f
    const w0 = 0.5 * g * g
    const w1 = 0.5 + f * g
    const w2 = 0.5 * f * f
    const power = w0 * w0 + w1 * w1 + w2 * w2
    // The weights sum to 1, so their cross products sum to 1 - power.
    return (w0 * before + w1 * here + w2 * after) / Math.sqrt(power + lean * (1 - power))
  }
}

/** Puts the middle node of the cell that begins at `anchor` at the start of a run; never negative. */
function runOffset(spacing_ms: number, n: number, anchor: number): number {
  const run_ms = n * spacing_ms
  return Math.ceil(anchor / run_ms) * run_ms - anchor + (n - 1) * spacing_ms
}

/** Node `at`: its run's permutation (Fisher and Yates, from hashed words) says which of n parts it is drawn from. */
function balancedNode(rng: Rng, at: number, n: number): number {
  const run = Math.floor(at / n)
  const own = at - n * run
  const parts = Array.from({ length: n }, (_, k) => k)
  for (let k = n - 1; k > 0; k--) {
    const other = Math.floor(rng.uniformAt(2 * n * run + k) * (k + 1))
    const kept = parts[k]!
    parts[k] = parts[other]!
    parts[other] = kept
  }
  return inverseNormal((parts[own]! + rng.uniformAt(2 * n * run + n + own)) / n)
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
