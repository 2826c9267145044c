// The signal channels of a model: trend, periodic terms, shared noise, and the map to the real distribution; one
// instant at a time, or many rows at once with the same bits.
// Rows of the natural grid are made in blocks of 256 that start at fixed instants. Within a block an angle is the
// block's own plus the row's, so a sine costs two products (angle addition) instead of a sine; a single instant
// evaluates the same expression. Channels share noise octave by octave through mixing matrices, so that they may agree
// on slow swings and differ in fast ones (linear model of coregionalisation: Journel and Huijbregts 1978).

import { cosTurns, sinTurns } from '#core/elementary.ts'
import type { Rng } from '#core/rng.ts'
import type { SignalSource, StatisticalDocument } from './document.ts'
import { latticeNoise } from './field.ts'

export type Signals = {
  /** Values of all signal channels at an instant, into[slots[c]]. */
  at(time: number, into: Float64Array): void
  /** Values of rows at from, from + step_ms, ... into outs[c][start .. start + count); the natural grid's step only. */
  fill(from: number, count: number, outs: readonly Float64Array[], start: number): void
}

const block = 256

/** One noise: its values at an instant and for a run of grid rows, and what each channel takes of it. */
type Noise = {
  readonly at: (time: number) => number
  readonly fill: (from: number, count: number, into: Float64Array) => void
  /** Channel and share, for shares that are not zero. */
  readonly shares: readonly (readonly [number, number])[]
}

export function compileSignals(
  document: StatisticalDocument,
  sources: readonly SignalSource[],
  slots: readonly number[],
  rng: Rng,
): Signals {
  const { step_ms } = document
  const span_ms = block * step_ms
  const noises = noisesOf(document, sources.length, rng)
  const channels = sources.map((source) => compileTerms(source, document.seasonality, step_ms))
  const latent = new Float64Array(sources.length)
  const noise = new Float64Array(block)

  return {
    at(time, into) {
      const anchor = Math.floor(time / span_ms) * span_ms
      const offset = time - anchor
      for (let c = 0; c < channels.length; c++) latent[c] = channels[c]!.at(anchor, offset)
      for (const { at, shares } of noises) {
        const g = at(time)
        for (const [channel, share] of shares) latent[channel] = latent[channel]! + share * g
      }
      for (let c = 0; c < sources.length; c++) into[slots[c]!] = valueAt(sources[c]!, time, latent[c]!)
    },
    fill(from, count, outs, start) {
      for (let done = 0; done < count; ) {
        const time = from + done * step_ms
        const anchor = Math.floor(time / span_ms) * span_ms
        const row = Math.floor((time - anchor) / step_ms)
        const n = Math.min(block - row, count - done)
        const phase = time - anchor - row * step_ms
        const first = start + done
        for (let c = 0; c < channels.length; c++) channels[c]!.fill(anchor, phase, row, n, outs[c]!, first)
        for (const { fill, shares } of noises) {
          fill(time, n, noise)
          for (const [channel, share] of shares) addScaled(outs[channel]!, first, noise, share, n)
        }
        for (let c = 0; c < sources.length; c++) finish(sources[c]!, time, step_ms, outs[c]!, first, n)
        done += n
      }
    },
  }
}

function noisesOf({ field, step_ms, noise }: StatisticalDocument, d: number, rng: Rng): Noise[] {
  return field.flatMap(({ spacing, mixing, balanced, anchor }) =>
    Array.from({ length: d }, (_, k): Noise => {
      const own = rng.derive('field', spacing, k)
      const lattice = latticeNoise(own, Math.max(1, spacing) * step_ms, balanced, anchor)
      const shares = Array.from({ length: d }, (_, c) => [c, noise * mixing[c * d + k]!] as const)
      return {
        at: spacing === 0 ? (time) => own.normalAt(Math.floor(time / step_ms)) : lattice,
        fill:
          spacing === 0
            ? (from, count, into) => own.fillNormals(into, Math.floor(from / step_ms), 0, count)
            : (from, count, into) => {
                for (let i = 0; i < count; i++) into[i] = lattice(from + i * step_ms)
              },
        shares: shares.filter(([, share]) => share !== 0),
      }
    }).filter(({ shares }) => shares.length > 0),
  )
}

/** The periodic part of one channel: for each term the amplitudes of cosine and sine at the block's anchor. */
function compileTerms({ terms }: SignalSource, seasonality: number, step_ms: number) {
  const used = seasonality === 0 ? [] : terms.filter((term) => term.cos !== 0 || term.sin !== 0)
  const amplitudes = new Float64Array(2 * used.length)
  const tables = used.map(() => new Float64Array(0))
  let anchored = Number.NaN
  let phased = Number.NaN

  function anchorAt(anchor: number): void {
    if (anchor === anchored) return
    anchored = anchor
    for (const [i, term] of used.entries()) {
      const c = cosTurns(anchor / term.period_ms)
      const s = sinTurns(anchor / term.period_ms)
      amplitudes[2 * i] = seasonality * (term.cos * c + term.sin * s)
      amplitudes[2 * i + 1] = seasonality * (term.sin * c - term.cos * s)
    }
  }
  /** cos and sin of each row's own angle, for rows that lie `phase` after the grid. */
  function tabulate(phase: number): void {
    if (phase === phased) return
    phased = phase
    for (const [i, term] of used.entries()) {
      const table = new Float64Array(2 * block)
      for (let row = 0; row < block; row++) {
        table[row] = cosTurns((row * step_ms + phase) / term.period_ms)
        table[block + row] = sinTurns((row * step_ms + phase) / term.period_ms)
      }
      tables[i] = table
    }
  }
  return {
    at(anchor: number, offset: number): number {
      anchorAt(anchor)
      let sum = 0
      for (let i = 0; i < used.length; i++) {
        const turns = offset / used[i]!.period_ms
        sum += amplitudes[2 * i]! * cosTurns(turns) + amplitudes[2 * i + 1]! * sinTurns(turns)
      }
      return sum
    },
    fill(anchor: number, phase: number, row: number, n: number, out: Float64Array, start: number): void {
      anchorAt(anchor)
      tabulate(phase)
      const p = amplitudes
      if (used.length === 0) out.fill(0, start, start + n)
      else if (used.length === 1) setTerm(out, start, tables[0]!, row, n, p[0]!, p[1]!)
      else setTwoTerms(out, start, tables[0]!, tables[1]!, row, n, p[0]!, p[1]!, p[2]!, p[3]!)
      for (let i = 2; i < used.length; i++) addTerm(out, start, tables[i]!, row, n, p[2 * i]!, p[2 * i + 1]!)
    },
  }
}

type Column = Float64Array

function setTerm(out: Column, start: number, table: Column, row: number, n: number, p: number, q: number): void {
  for (let k = 0; k < n; k++) out[start + k] = p * table[row + k]! + q * table[block + row + k]!
}

/** The first two terms in one pass: most signals have two, and a pass costs as much as the sum. */
function setTwoTerms(
  out: Column,
  start: number,
  one: Column,
  two: Column,
  row: number,
  n: number,
  p: number,
  q: number,
  r: number,
  s: number,
): void {
  for (let k = 0; k < n; k++) {
    const i = row + k
    out[start + k] = p * one[i]! + q * one[block + i]! + (r * two[i]! + s * two[block + i]!)
  }
}

function addTerm(out: Column, start: number, table: Column, row: number, n: number, p: number, q: number): void {
  for (let k = 0; k < n; k++) out[start + k] = out[start + k]! + (p * table[row + k]! + q * table[block + row + k]!)
}

function addScaled(out: Float64Array, start: number, noise: Float64Array, share: number, n: number): void {
  for (let k = 0; k < n; k++) out[start + k] = out[start + k]! + share * noise[k]!
}

function valueAt(source: SignalSource, time: number, latent: number): number {
  const { level, slope_per_ms, anchor, marginal } = source
  return level + slope_per_ms * (held(source, time) - anchor) + (marginal ? mapped(marginal, latent) : latent)
}

function finish(
  source: SignalSource,
  from: number,
  step_ms: number,
  out: Float64Array,
  start: number,
  n: number,
): void {
  const { level, slope_per_ms, anchor, marginal } = source
  if (marginal) {
    for (let k = 0; k < n; k++) {
      const time = held(source, from + k * step_ms)
      out[start + k] = level + slope_per_ms * (time - anchor) + mapped(marginal, out[start + k]!)
    }
  } else if (source.from === undefined && source.until === undefined) {
    for (let k = 0; k < n; k++) {
      out[start + k] = level + slope_per_ms * (from + k * step_ms - anchor) + out[start + k]!
    }
  } else {
    for (let k = 0; k < n; k++) {
      out[start + k] = level + slope_per_ms * (held(source, from + k * step_ms) - anchor) + out[start + k]!
    }
  }
}

/** Time, held where the trend was last seen. */
const held = ({ from, until }: SignalSource, time: number): number =>
  Math.max(from ?? Number.NEGATIVE_INFINITY, Math.min(until ?? Number.POSITIVE_INFINITY, time))

/** The quantile of a standard normal value: straight lines between knots a sixteenth apart, level beyond four. */
export function mapped(marginal: readonly number[], latent: number): number {
  const u = Math.max(0, Math.min(128, latent * 16 + 64))
  const i = Math.min(127, Math.floor(u))
  return marginal[i]! + (u - i) * (marginal[i + 1]! - marginal[i]!)
}
