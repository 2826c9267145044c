// Entries of the id ledger: six 32-bit words each, four of the id's key (so that words compare as bytes do) and two of
// the payload's hash. Kept as plain Uint32Array, in memory and on disk (little-endian, as every machine of Node).

export const wordsPerEntry = 6
/** As many as fit into one 4 KiB page of SQLite. */
export const entriesPerBlock = 168

/** Writes the key's 16 bytes as four words. */
export function writeKey(keys: Uint8Array, row: number, target: Uint32Array, at: number): void {
  const k = row * 16
  for (let i = 0; i < 4; i++) {
    const b = k + i * 4
    target[at + i] = (keys[b]! << 24) | (keys[b + 1]! << 16) | (keys[b + 2]! << 8) | keys[b + 3]!
  }
}

/** Negative, zero or positive as the key at `i` of `a` lies before, at or after the one at `j` of `b` (in words). */
export function compareKeys(a: Uint32Array, i: number, b: Uint32Array, j: number): number {
  if (a[i] !== b[j]) return a[i]! - b[j]!
  if (a[i + 1] !== b[j + 1]) return a[i + 1]! - b[j + 1]!
  if (a[i + 2] !== b[j + 2]) return a[i + 2]! - b[j + 2]!
  return a[i + 3]! - b[j + 3]!
}

/** Index of the last of `count` keys, `stride` words apart, that is not after the key at `at` of `key`; -1 for none. */
export function lastNotAfter(list: Uint32Array, count: number, stride: number, key: Uint32Array, at: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys(list, middle * stride, key, at) <= 0) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The entries in the order of their keys. Radix sort by 16-bit digits; the lower half of a key seldom decides. */
export function sortedEntries(entries: Uint32Array, count: number): Uint32Array {
  let order = sortDigits(entries, count, 3)
  if (!straighten(entries, order)) order = sortDigits(entries, count, 7)
  const sorted = new Uint32Array(count * wordsPerEntry)
  for (let i = 0; i < count; i++) {
    const from = order[i]! * wordsPerEntry
    const to = i * wordsPerEntry
    sorted[to] = entries[from]!
    sorted[to + 1] = entries[from + 1]!
    sorted[to + 2] = entries[from + 2]!
    sorted[to + 3] = entries[from + 3]!
    sorted[to + 4] = entries[from + 4]!
    sorted[to + 5] = entries[from + 5]!
  }
  return sorted
}

/** Order by the digits 0 to `last` of the key, of eight. */
function sortDigits(entries: Uint32Array, count: number, last: number): Uint32Array {
  let order = new Uint32Array(count)
  let next = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  const starts = new Uint32Array(65_537)
  for (let digit = last; digit >= 0; digit--) {
    const word = digit >> 1
    const shift = digit & 1 ? 0 : 16
    starts.fill(0)
    for (let i = 0; i < count; i++) starts[((entries[i * wordsPerEntry + word]! >>> shift) & 0xffff) + 1]!++
    for (let i = 0; i < 65_536; i++) starts[i + 1]! += starts[i]!
    for (let i = 0; i < count; i++) {
      const entry = order[i]!
      next[starts[(entries[entry * wordsPerEntry + word]! >>> shift) & 0xffff]!++] = entry
    }
    ;[order, next] = [next, order]
  }
  return order
}

/** Insertion sort of what is nearly sorted. False, with the order unfinished, when it is not. */
function straighten(entries: Uint32Array, order: Uint32Array): boolean {
  let moves = order.length * 2
  for (let i = 1; i < order.length; i++) {
    const entry = order[i]!
    let at = i
    while (at > 0 && compareKeys(entries, order[at - 1]! * wordsPerEntry, entries, entry * wordsPerEntry) > 0) {
      order[at] = order[at - 1]!
      at--
      if (--moves < 0) return false
    }
    order[at] = entry
  }
  return true
}

export const bytesOf = (words: Uint32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength)

/** A blob of SQLite as words; copied only where it does not lie on a word's boundary. */
export function wordsOf(blob: Uint8Array): Uint32Array {
  const aligned = blob.byteOffset % 4 === 0 ? blob : blob.slice()
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2)
}
