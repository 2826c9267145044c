// Seeded randomness. A value is a function of the seed and a position, so any part of a stream can be computed without
// what came before it, on any machine and in any order, with the same bits.
// Words: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"), in 32-bit
// integer arithmetic; it passes BigCrush and needs no state. Normals: inversion by a table of cubics whose cells halve
// with the tail (hierarchical segmentation: de Schryver et al. 2010), within 1e-7 of the exact inverse: one word gives one normal,
// without a branch, a loop or a logarithm. Not for secrets.

import { inverseNormal } from './elementary.ts'

export type Rng = {
  /** Unsigned 32-bit word at a position (an integer, 0 .. 2^53 - 1). */
  wordAt(position: number): number
  /** Uniform on the open interval (0, 1). */
  uniformAt(position: number): number
  /** Standard normal. */
  normalAt(position: number): number
  /** Standard normals of positions from, from + 1, ... into into[start .. end); the bits of `normalAt`, much faster. */
  fillNormals(into: Float64Array, from: number, start?: number, end?: number): void
  /** An independent stream, named by its labels: `rng.derive('device', 'boiler', 'jitter')`. */
  derive(...labels: readonly (string | number)[]): Rng
  /** The next uniform, for code that has no natural position. */
  uniform(): number
  /** The next standard normal. */
  normal(): number
}

/** The stream of a seed. Seeds that differ give independent streams; 1 and '1' differ. */
export const createRng = (seed: number | string): Rng => stream(absorb({ key0: 0x4d696c6c, key1: 0x72616365 }, seed))

type Key = { readonly key0: number; readonly key1: number }

function stream(key: Key): Rng {
  const { key0, key1 } = key
  // The block computed last: neighbouring positions share one. [block, word 0 .. 3]
  const block = new Uint32Array(4)
  let blockAt = -1
  let next = 0

  function wordAt(position: number): number {
    const at = Math.floor(position / 4)
    if (at !== blockAt) {
      philox(at >>> 0, (at / 4294967296) >>> 0, 0, 0, key0, key1, block)
      blockAt = at
    }
    return block[position - at * 4]!
  }
  const rng: Rng = {
    wordAt,
    uniformAt: (position) => (wordAt(position) + 0.5) / 4294967296,
    normalAt: (position) => normalOf(wordAt(position)),
    fillNormals(into, from, start = 0, end = into.length) {
      let i = start
      let position = from
      // Whole blocks in the middle, single values at both ends.
      while (i < end && position % 4 !== 0) into[i++] = normalOf(wordAt(position++))
      const whole = i + Math.floor((end - i) / 4) * 4
      if (whole > i) fillBlocks(into, i, whole, position / 4, key0, key1)
      position += whole - i
      for (i = whole; i < end; i++) into[i] = normalOf(wordAt(position++))
    },
    derive(...labels) {
      let derived = absorb(key, labels.length)
      for (const label of labels) derived = absorb(derived, label)
      return stream(derived)
    },
    uniform: () => sequence.uniformAt(next++),
    normal: () => sequence.normalAt(next++),
  }
  let sequential: Rng | undefined
  const sequence = {
    uniformAt: (position: number) => own().uniformAt(position),
    normalAt: (position: number) => own().normalAt(position),
  }
  // Values without a position are a stream of their own, so that they never repeat values that have one.
  function own(): Rng {
    sequential ??= rng.derive('sequence')
    return sequential
  }
  return rng
}

const scratch = new Uint32Array(4)
const number_ = new Float64Array(1)
const bytesOfNumber = new DataView(number_.buffer)

/** A key that depends on every bit of the label, and on whether it is a number or a text. */
function absorb(key: Key, label: number | string): Key {
  if (typeof label === 'number') {
    bytesOfNumber.setFloat64(0, label)
    philox(bytesOfNumber.getUint32(0), bytesOfNumber.getUint32(4), 0, 1, key.key0, key.key1, scratch)
    return { key0: scratch[0]!, key1: scratch[1]! }
  }
  philox(label.length, 0, 0, 2, key.key0, key.key1, scratch)
  for (let i = 0; i < label.length; i += 4) {
    const first = label.charCodeAt(i) | (i + 1 < label.length ? label.charCodeAt(i + 1) << 16 : 0)
    const second =
      (i + 2 < label.length ? label.charCodeAt(i + 2) : 0) | (i + 3 < label.length ? label.charCodeAt(i + 3) << 16 : 0)
    philox(first, second, i, 3, scratch[0]!, scratch[1]!, scratch)
  }
  return { key0: scratch[0]!, key1: scratch[1]! }
}

/** Ten rounds over one counter of four words; the result goes into `out`. Exported for the known-answer test. */
export function philox(
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  key0: number,
  key1: number,
  out: Uint32Array,
): void {
  let c0 = counter0 | 0
  let c1 = counter1 | 0
  let c2 = counter2 | 0
  let c3 = counter3 | 0
  let k0 = key0 | 0
  let k1 = key1 | 0
  for (let round = 0; round < 10; round++) {
    // High words of the two products 0xd2511f53 * c0 and 0xcd9e8d57 * c2, by halves of 16 bits.
    const a = c0 & 0xffff
    const b = c0 >>> 16
    const t = Math.imul(b, 0x1f53) + (Math.imul(a, 0x1f53) >>> 16)
    const high0 = Math.imul(b, 0xd251) + (t >>> 16) + ((Math.imul(a, 0xd251) + (t & 0xffff)) >>> 16)
    const c = c2 & 0xffff
    const d = c2 >>> 16
    const u = Math.imul(d, 0x8d57) + (Math.imul(c, 0x8d57) >>> 16)
    const high1 = Math.imul(d, 0xcd9e) + (u >>> 16) + ((Math.imul(c, 0xcd9e) + (u & 0xffff)) >>> 16)
    const low0 = Math.imul(c0, 0xd2511f53)
    c0 = high1 ^ c1 ^ k0
    c1 = Math.imul(c2, 0xcd9e8d57)
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + 0x9e3779b9) | 0
    k1 = (k1 + 0xbb67ae85) | 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

const cellsPerOctave = 16
const cells = cubicsOfInverseNormal()

/** The standard normal of a word: the top bit is the sign, the rest is the share of the tail. */
function normalOf(word: number): number {
  const magnitude = word & 0x7fffffff
  const zeros = Math.clz32(magnitude)
  // Leading one to bit 31: the next four bits choose the cell of this octave, the other 27 the place inside it.
  const shifted = magnitude << zeros
  const at = ((zeros << 4) | ((shifted >>> 27) & 15)) << 2
  const x = shifted & 0x7ffffff
  const y = ((cells[at + 3]! * x + cells[at + 2]!) * x + cells[at + 1]!) * x + cells[at]!
  return (word | 0) < 0 ? -y : y
}

/**
 * `philox` and `normalOf` for blocks from, from + 1, ... written out in one loop: the words stay in registers, which is
 * half the time of a call and an array per block. Both multiplications of a round by halves of 16 bits, as there.
 */
function fillBlocks(into: Float64Array, start: number, end: number, from: number, key0: number, key1: number): void {
  for (let i = start, block = from; i < end; i += 4, block++) {
    let c0 = block | 0
    let c1 = (block / 4294967296) | 0
    let c2 = 0
    let c3 = 0
    let k0 = key0 | 0
    let k1 = key1 | 0
    for (let round = 0; round < 10; round++) {
      const a = c0 & 0xffff
      const b = c0 >>> 16
      const t = (Math.imul(b, 0x1f53) + (Math.imul(a, 0x1f53) >>> 16)) | 0
      const high0 = (Math.imul(b, 0xd251) + (t >>> 16) + (((Math.imul(a, 0xd251) + (t & 0xffff)) | 0) >>> 16)) | 0
      const c = c2 & 0xffff
      const d = c2 >>> 16
      const u = (Math.imul(d, 0x8d57) + (Math.imul(c, 0x8d57) >>> 16)) | 0
      const high1 = (Math.imul(d, 0xcd9e) + (u >>> 16) + (((Math.imul(c, 0xcd9e) + (u & 0xffff)) | 0) >>> 16)) | 0
      const low0 = Math.imul(c0, 0xd2511f53)
      c0 = high1 ^ c1 ^ k0
      c1 = Math.imul(c2, 0xcd9e8d57)
      c2 = high0 ^ c3 ^ k1
      c3 = low0
      k0 = (k0 + 0x9e3779b9) | 0
      k1 = (k1 + 0xbb67ae85) | 0
    }
    into[i] = normalOf(c0)
    into[i + 1] = normalOf(c1)
    into[i + 2] = normalOf(c2)
    into[i + 3] = normalOf(c3)
  }
}

/**
 * Four coefficients per cell: the cubic through the exact inverse at the cell's four Chebyshev nodes, in the integer
 * that `normalOf` has at hand. Cell (zeros, k) holds the magnitudes with that many leading zeros and those next bits.
 */
function cubicsOfInverseNormal(): Float64Array {
  const table = new Float64Array(33 * cellsPerOctave * 4)
  const width = 0x8000000
  // cos((2 i + 1) pi / 8) for i = 0, 1
  const nodes = [-0.9238795325112867, -0.3826834323650898, 0.3826834323650898, 0.9238795325112867].map(
    (node) => ((node + 1) / 2) * width,
  )
  for (let zeros = 1; zeros <= 32; zeros++) {
    const scale = 2 ** -zeros
    for (let k = 0; k < cellsPerOctave; k++) {
      const base = 0x80000000 + k * width
      const y = nodes.map(
        (x) => -inverseNormal(zeros === 32 ? 0.5 / 4294967296 : ((base + x) * scale + 0.5) / 4294967296),
      )
      // Newton's divided differences, then powers of x.
      const [x0, x1, x2, x3] = nodes as [number, number, number, number]
      const d01 = (y[1]! - y[0]!) / (x1 - x0)
      const d12 = (y[2]! - y[1]!) / (x2 - x1)
      const d23 = (y[3]! - y[2]!) / (x3 - x2)
      const d012 = (d12 - d01) / (x2 - x0)
      const d123 = (d23 - d12) / (x3 - x1)
      const d0123 = (d123 - d012) / (x3 - x0)
      const at = (zeros * cellsPerOctave + k) * 4
      table[at + 3] = d0123
      table[at + 2] = d012 - d0123 * (x0 + x1 + x2)
      table[at + 1] = d01 - d012 * (x0 + x1) + d0123 * (x0 * x1 + x0 * x2 + x1 * x2)
      table[at] = y[0]! - d01 * x0 + d012 * x0 * x1 - d0123 * x0 * x1 * x2
    }
  }
  return table
}
