// A filter that says "surely not" of almost every id that a run does not have: a split-block Bloom filter. One id
// touches one block of 32 bytes, so one cache line. 16 bits per id let about 0.1 % of strangers through.
// Source: Putze, Sanders, Singler 2007, "Cache-, Hash- and Space-Efficient Bloom Filters"; salts of Apache Parquet.

const bitsPerId = 16
const wordsPerBlock = 8
const salts = Int32Array.of(
  0x47b6137b,
  0x44974d91,
  0x8824ad5b,
  0xa2b7289d,
  0x705495c7,
  0x2df1424b,
  0x9efc4947,
  0x5c6bfb31,
)

/** Empty bits for so many ids. */
export const filterFor = (ids: number): Uint32Array =>
  new Uint32Array(Math.max(1, Math.ceil((ids * bitsPerId) / 256)) * wordsPerBlock)

export function addToFilter(bits: Uint32Array, place: number, pattern: number): void {
  const at = Math.floor((place * (bits.length / wordsPerBlock)) / 4294967296) * wordsPerBlock
  for (let i = 0; i < wordsPerBlock; i++) bits[at + i]! |= 1 << (Math.imul(pattern, salts[i]!) >>> 27)
}

/** Whether the id may be in. False is certain. `place` is an unsigned and `pattern` any 32-bit hash of the id. */
export function mayBeIn(bits: Uint32Array, place: number, pattern: number): boolean {
  const at = Math.floor((place * (bits.length / wordsPerBlock)) / 4294967296) * wordsPerBlock
  for (let i = 0; i < wordsPerBlock; i++) {
    if ((bits[at + i]! & (1 << (Math.imul(pattern, salts[i]!) >>> 27))) === 0) return false
  }
  return true
}

/** Where an id's block is. UUIDs are nearly random already; what is time or version in them is mixed in. */
export function placeOf(a: number, b: number, c: number, d: number): number {
  let h = a ^ Math.imul(b, 0x9e3779b1) ^ Math.imul(c, 0x85ebca77) ^ Math.imul(d, 0xc2b2ae3d)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  return (h ^ (h >>> 13)) >>> 0
}

/** Which bits of its block are an id's. */
export function patternOf(a: number, b: number, c: number, d: number): number {
  let h = d ^ Math.imul(c, 0x27d4eb2f) ^ Math.imul(b, 0x165667b1) ^ Math.imul(a, 0x7feb352d)
  h = Math.imul(h ^ (h >>> 16), 0x297a2d39)
  return h ^ (h >>> 15)
}
