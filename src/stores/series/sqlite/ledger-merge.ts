// Merging sorted runs into one, a bounded number of entries at a time. Until the output is finished the inputs count.

import type { Connection } from '#databases/sqlite/index.ts'
import { compareKeys, wordsPerEntry } from './entries.ts'
import { blockOf, type Run, writeRun } from './ledger-runs.ts'

export type Merge = {
  readonly inputs: readonly Run[]
  /** Works on at most about so many entries; answers on how many it did. */
  step(entries: number): number
  /** The merged run, once it is complete. */
  output(): Run | undefined
}

type Cursor = { readonly run: Run; block: number; words: Uint32Array; at: number }

/** What writing one part of the filter costs, in entries copied. */
const filterPartCost = 8_192

export function startMerge(connection: Connection, inputs: readonly Run[]): Merge {
  const entries = inputs.reduce((sum, run) => sum + run.entries, 0)
  const writer = writeRun(connection, inputs[0]!.level + 1, entries)
  const cursors: Cursor[] = inputs.map((run) => ({ run, block: 0, words: blockOf(connection, run, 0), at: 0 }))
  let done: Run | undefined

  function advance(cursor: Cursor): void {
    cursor.at += wordsPerEntry
    if (cursor.at < cursor.words.length) return
    cursor.block++
    if (cursor.block * 4 >= cursor.run.fences.length) cursors.splice(cursors.indexOf(cursor), 1)
    else {
      cursor.words = blockOf(connection, cursor.run, cursor.block)
      cursor.at = 0
    }
  }

  return {
    inputs,
    step(budget) {
      let copied = 0
      while (copied < budget && cursors.length > 0) {
        let least = cursors[0]!
        for (let i = 1; i < cursors.length; i++) {
          if (compareKeys(cursors[i]!.words, cursors[i]!.at, least.words, least.at) < 0) least = cursors[i]!
        }
        writer.add(least.words, least.at)
        advance(least)
        copied++
      }
      while (copied < budget && cursors.length === 0 && !done) {
        copied += filterPartCost
        if (!writer.writeFilterPart()) done = writer.finish()
      }
      return copied
    },
    output: () => done,
  }
}
