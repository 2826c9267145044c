// The id ledger: which ids a tenant has ever sent, and the hash of what they carried. A small log-structured merge tree
// inside SQLite, in the same transactions as the readings: a tail in the order of arrival, mirrored in a hash table;
// when it is full it becomes a sorted run; runs of one level are merged into one of the next, a slice per commit, so
// that no commit waits long. Random ids then cost sequential writes only, where a unique index rewrites a page for each.
// Measurements and the designs it was chosen over: docs/adr/0001-id-ledger.md. Source: O'Neil et al. 1996, "The
// Log-Structured Merge-Tree".
//
// Memory: 2 bytes per id (filters) + 0.1 (fences) + at most 8 MiB for the tail, while the tenant's file is open.

import type { Connection } from '#databases/sqlite/index.ts'
import { bytesOf, compareKeys, lastNotAfter, sortedEntries, wordsOf, wordsPerEntry, writeKey } from './entries.ts'
import { mayBeIn, patternOf, placeOf } from './filter.ts'
import { type Merge, startMerge } from './ledger-merge.ts'
import {
  blockOf,
  dropRun,
  dropUnfinished,
  findInBlock,
  liveRuns,
  type Run,
  sweepDead,
  writeRun,
} from './ledger-runs.ts'

/** What the ledger knows of an id. */
export const verdict = { unknown: 0, same: 1, other: 2 } as const

export type Ledger = {
  /** One verdict per id, of what was in the sorted runs before. 16 bytes per key, 8 per hash. */
  inRuns(keys: Uint8Array, hashes: Uint8Array, count: number): Uint8Array
  /** The verdict on an id that no run has; an unknown one is in the ledger from now on. */
  add(keys: Uint8Array, hashes: Uint8Array, row: number): number
  /** Writes what was added, inside the caller's transaction, and does a bounded slice of sorting and merging. */
  write(): void
  /** A slice of merging while there is time. False when all is done. */
  merge(entries: number): boolean
  readonly count: number
}

export type LedgerOptions = {
  /** Ids in the tail before it is sorted into a run. */
  readonly tailLimit?: number
  /** Runs of one level that become one of the next. */
  readonly fanOut?: number
}

const blockCacheSize = 128

export function openLedger(connection: Connection, { tailLimit = 131_072, fanOut = 8 }: LedgerOptions = {}): Ledger {
  dropUnfinished(connection)
  let runs = liveRuns(connection)
  const merges = new Map<number, Merge>()
  let sweeping = true
  const tail = openTail(connection)
  const blocks = new Map<number, Uint32Array>()

  function blockAt(run: Run, block: number): Uint32Array {
    const number = run.run * 2 ** 32 + block
    let words = blocks.get(number)
    if (!words) {
      words = blockOf(connection, run, block)
      if (blocks.size >= blockCacheSize) blocks.delete(blocks.keys().next().value!)
      blocks.set(number, words)
    }
    return words
  }

  function flushTail(): void {
    const sorted = sortedEntries(tail.entries(), tail.count())
    const writer = writeRun(connection, 0, tail.count())
    for (let at = 0; at < sorted.length; at += wordsPerEntry) writer.add(sorted, at)
    runs = [writer.finish(), ...runs]
    tail.clear()
  }

  /** Where a level has runs enough and is not being merged, merging begins. */
  function startMerges(): void {
    for (let level = 0; level <= topLevel(); level++) {
      if (merges.has(level)) continue
      const inputs = runs.filter((run) => run.level === level)
      if (inputs.length >= fanOut) merges.set(level, startMerge(connection, inputs.slice(-fanOut)))
    }
  }
  const topLevel = () => runs.reduce((top, run) => Math.max(top, run.level), 0)

  function mergeSlice(budget: number): boolean {
    startMerges()
    let left = budget
    for (const [level, merge] of merges) {
      left -= merge.step(left)
      const output = merge.output()
      if (output) {
        merges.delete(level)
        for (const input of merge.inputs) dropRun(connection, input.run)
        runs = [output, ...runs.filter((run) => !merge.inputs.includes(run))]
        sweeping = true
      }
      if (left <= 0) return true
    }
    if (sweeping) sweeping = sweepDead(connection, Math.max(16, left >> 8))
    return sweeping || merges.size > 0
  }

  return {
    get count() {
      return runs.reduce((sum, run) => sum + run.entries, tail.count())
    },
    inRuns(keys, hashes, count) {
      const verdicts = new Uint8Array(count)
      if (runs.length === 0) return verdicts
      const words = new Uint32Array(count * 4)
      const places = new Uint32Array(count)
      const patterns = new Int32Array(count)
      for (let i = 0; i < count; i++) {
        writeKey(keys, i, words, i * 4)
        const at = i * 4
        places[i] = placeOf(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!)
        patterns[i] = patternOf(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!)
      }
      const hashWords = wordsOf(hashes)
      // Run by run, so that one filter at a time is in the processor's cache.
      for (const run of runs) {
        const [first, last, filter] = [run.first, run.last, run.filter]
        for (let i = 0; i < count; i++) {
          // Ids that begin with their time lie outside of most runs.
          if (words[i * 4]! < first[0]! || words[i * 4]! > last[0]! || verdicts[i] !== 0) continue
          if (!mayBeIn(filter, places[i]!, patterns[i]!)) continue
          const number = lastNotAfter(run.fences, run.fences.length >> 2, 4, words, i * 4)
          if (number < 0) continue
          const block = blockAt(run, number)
          const at = findInBlock(block, words, i * 4)
          if (at < 0) continue
          const same = block[at + 4] === hashWords[i * 2] && block[at + 5] === hashWords[i * 2 + 1]
          verdicts[i] = same ? verdict.same : verdict.other
        }
      }
      return verdicts
    },
    add: tail.add,
    write() {
      const added = tail.write()
      if (tail.count() >= tailLimit) flushTail()
      // Every level costs each id one copy: more than that per id, and the levels never fall behind.
      mergeSlice(added * (topLevel() + 3))
    },
    merge: mergeSlice,
  }

  function openTail({ statement }: Connection) {
    let entries = new Uint32Array(16_384 * wordsPerEntry)
    let table = new Int32Array(32_768).fill(-1)
    let count = 0
    let written = 0

    function slotOf(source: Uint32Array, at: number): number {
      const mask = table.length - 1
      let slot = placeOf(source[at]!, source[at + 1]!, source[at + 2]!, source[at + 3]!) & mask
      while (table[slot] !== -1 && compareKeys(entries, table[slot]! * wordsPerEntry, source, at) !== 0) {
        slot = (slot + 1) & mask
      }
      return slot
    }
    function reserve(wanted: number): void {
      if (wanted * wordsPerEntry <= entries.length) return
      const grown = new Uint32Array(entries.length * 2)
      grown.set(entries.subarray(0, count * wordsPerEntry))
      entries = grown
      table = new Int32Array(table.length * 2).fill(-1)
      for (let i = 0; i < count; i++) table[slotOf(entries, i * wordsPerEntry)] = i
    }

    for (const row of statement('select entries from ledger_tail order by sequence').iterate()) {
      const words = wordsOf((row as { entries: Uint8Array }).entries)
      for (let at = 0; at < words.length; at += wordsPerEntry) {
        reserve(count + 1)
        entries.set(words.subarray(at, at + wordsPerEntry), count * wordsPerEntry)
        table[slotOf(entries, count * wordsPerEntry)] = count++
      }
    }
    written = count

    return {
      count: () => count,
      entries: () => entries,
      add(keys: Uint8Array, hashes: Uint8Array, row: number): number {
        reserve(count + 1)
        const at = count * wordsPerEntry
        writeKey(keys, row, entries, at)
        const h = row * 8
        const low = (hashes[h]! | (hashes[h + 1]! << 8) | (hashes[h + 2]! << 16) | (hashes[h + 3]! << 24)) >>> 0
        const high = (hashes[h + 4]! | (hashes[h + 5]! << 8) | (hashes[h + 6]! << 16) | (hashes[h + 7]! << 24)) >>> 0
        const slot = slotOf(entries, at)
        const found = table[slot]!
        if (found !== -1) {
          const known = found * wordsPerEntry
          return entries[known + 4] === low && entries[known + 5] === high ? verdict.same : verdict.other
        }
        entries[at + 4] = low
        entries[at + 5] = high
        table[slot] = count++
        return verdict.unknown
      },
      write(): number {
        const added = count - written
        if (added > 0) {
          const words = entries.subarray(written * wordsPerEntry, count * wordsPerEntry)
          statement('insert into ledger_tail(entries) values (?)').run(bytesOf(words))
        }
        written = count
        return added
      },
      clear(): void {
        statement('delete from ledger_tail').run()
        table.fill(-1)
        count = 0
        written = 0
      },
    }
  }
}
