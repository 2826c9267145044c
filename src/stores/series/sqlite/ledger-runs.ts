// Sorted runs of the id ledger as they lie in the database: blocks of entries, the first key of each block (fences) and
// a filter in memory. Written block by block, read one block at a time.

import type { Connection } from '#databases/sqlite/index.ts'
import { bytesOf, compareKeys, entriesPerBlock, lastNotAfter, wordsOf, wordsPerEntry } from './entries.ts'
import { addToFilter, filterFor, patternOf, placeOf } from './filter.ts'

export type Run = {
  readonly run: number
  readonly level: number
  readonly entries: number
  readonly first: Uint32Array
  readonly last: Uint32Array
  /** First key of each block, four words each. */
  readonly fences: Uint32Array
  readonly filter: Uint32Array
}

/** A block's number is the run's times this, plus its place in the run. */
const blocksPerRun = 2 ** 32
const partsPerRun = 2 ** 20
const wordsPerPart = 65_536

export function liveRuns({ statement }: Connection): Run[] {
  const rows = statement(
    `select run, level, entries, first, last, fences from ledger_run where state = 'live' order by run desc`,
  ).all() as { run: number; level: number; entries: number; first: Uint8Array; last: Uint8Array; fences: Uint8Array }[]
  const parts = statement('select part, bits from ledger_filter where part between ? and ? order by part')
  return rows.map(({ run, level, entries, ...row }) => {
    const filter = filterFor(entries)
    for (const { part, bits } of parts.all(run * partsPerRun, (run + 1) * partsPerRun - 1) as {
      part: number
      bits: Uint8Array
    }[]) {
      filter.set(wordsOf(bits), (part % partsPerRun) * wordsPerPart)
    }
    return {
      run,
      level,
      entries,
      first: wordsOf(row.first),
      last: wordsOf(row.last),
      fences: wordsOf(row.fences),
      filter,
    }
  })
}

export const blockOf = ({ statement }: Connection, run: Run, block: number): Uint32Array =>
  wordsOf(
    (
      statement('select entries from ledger_block where block = ?').get(run.run * blocksPerRun + block) as {
        entries: Uint8Array
      }
    ).entries,
  )

/** Index in the block of the entry with the key at `at` of `key`, in words; -1 when it is not there. */
export function findInBlock(block: Uint32Array, key: Uint32Array, at: number): number {
  const index = lastNotAfter(block, block.length / wordsPerEntry, wordsPerEntry, key, at)
  return index >= 0 && compareKeys(block, index * wordsPerEntry, key, at) === 0 ? index * wordsPerEntry : -1
}

export type RunWriter = {
  /** Copies the next entry, which lies after the one before, from `source`. */
  add(source: Uint32Array, at: number): void
  /** Writes one part of the filter; false when all are written. */
  writeFilterPart(): boolean
  /** Makes the run count, from this transaction on. */
  finish(): Run
}

/** Starts a run of so many entries. Until it is finished it does not count, and a restart throws it away. */
export function writeRun({ statement }: Connection, level: number, entries: number): RunWriter {
  const nothing = new Uint8Array(0)
  const { lastInsertRowid } = statement(
    `insert into ledger_run(level, state, entries, first, last, fences) values (?, 'building', ?, ?, ?, ?)`,
  ).run(level, entries, nothing, nothing, nothing)
  const run = Number(lastInsertRowid)
  const filter = filterFor(entries)
  const fences = new Uint32Array(Math.ceil(entries / entriesPerBlock) * 4)
  const block = new Uint32Array(entriesPerBlock * wordsPerEntry)
  const insert = statement('insert into ledger_block(block, entries) values (?, ?)')
  const last = new Uint32Array(4)
  let filled = 0
  let blocks = 0
  let parts = 0
  function flush(): void {
    if (filled === 0) return
    const words = block.subarray(0, filled)
    fences.set(words.subarray(0, 4), blocks * 4)
    last.set(words.subarray(filled - wordsPerEntry, filled - wordsPerEntry + 4))
    insert.run(run * blocksPerRun + blocks++, bytesOf(words))
    filled = 0
  }
  const writer: RunWriter = {
    add(source, at) {
      for (let word = 0; word < wordsPerEntry; word++) block[filled + word] = source[at + word]!
      const [a, b, c, d] = [source[at]!, source[at + 1]!, source[at + 2]!, source[at + 3]!]
      addToFilter(filter, placeOf(a, b, c, d), patternOf(a, b, c, d))
      filled += wordsPerEntry
      if (filled === block.length) flush()
    },
    writeFilterPart() {
      flush()
      const from = parts * wordsPerPart
      if (from >= filter.length) return false
      const bits = bytesOf(filter.subarray(from, from + wordsPerPart))
      statement('insert into ledger_filter(part, bits) values (?, ?)').run(run * partsPerRun + parts++, bits)
      return true
    },
    finish() {
      while (writer.writeFilterPart()) {}
      const first = fences.slice(0, 4)
      statement(`update ledger_run set state = 'live', first = ?, last = ?, fences = ? where run = ?`).run(
        bytesOf(first),
        bytesOf(last),
        bytesOf(fences),
        run,
      )
      return { run, level, entries, first, last, fences, filter }
    },
  }
  return writer
}

/** What was merged into another run, or never finished, counts no more; its pages go bit by bit. */
export function dropRun({ statement }: Connection, run: number): void {
  statement(`update ledger_run set state = 'dead' where run = ?`).run(run)
}

/** Deletes up to so many blocks of dead runs. False when there is nothing dead any more. */
export function sweepDead({ statement }: Connection, blocks: number): boolean {
  const dead = statement(`select run from ledger_run where state = 'dead' order by run limit 1`).get() as
    | { run: number }
    | undefined
  if (!dead) return false
  const { changes } = statement(
    `delete from ledger_block where block in (select block from ledger_block where block >= ? and block < ? limit ?)`,
  ).run(dead.run * blocksPerRun, (dead.run + 1) * blocksPerRun, blocks)
  if (Number(changes) < blocks) {
    statement('delete from ledger_filter where part >= ? and part < ?').run(
      dead.run * partsPerRun,
      (dead.run + 1) * partsPerRun,
    )
    statement('delete from ledger_run where run = ?').run(dead.run)
  }
  return true
}

/** Runs that a process left unfinished when it died. */
export function dropUnfinished({ statement }: Connection): void {
  statement(`update ledger_run set state = 'dead' where state = 'building'`).run()
}
