import { deepEqual, equal } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { openConnection } from '#databases/sqlite/connection.ts'
import { tenantSchema } from '#databases/sqlite/schema.ts'
import { compareKeys, sortedEntries, wordsPerEntry } from './entries.ts'
import { addToFilter, filterFor, mayBeIn, patternOf, placeOf } from './filter.ts'
import { openLedger } from './ledger.ts'

const options = { tailLimit: 64, fanOut: 3 }

/** A key made of few different words, so that ids collide in every part but the last. */
function keyOf(id: number): Uint8Array {
  const key = new Uint8Array(16)
  const view = new DataView(key.buffer)
  view.setUint32(0, (id % 3) * 0x7fffffff)
  view.setUint32(4, id % 7)
  view.setUint32(8, 0xffffffff - (id % 2))
  view.setUint32(12, id * 2654435761)
  return key
}
const hashOf = (hash: number) => new Uint8Array(Uint32Array.of(hash, ~hash).buffer)

test('any order of appends, merges, rollbacks and restarts answers as a map would', () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('append' as const, 'append' as const, 'append' as const, 'rollback' as const),
        from: fc.integer({ min: 0, max: 3000 }),
        count: fc.integer({ min: 1, max: 150 }),
        stride: fc.integer({ min: 1, max: 11 }),
        hash: fc.constantFrom(1, 1, 1, 2),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('merge' as const, 'restart' as const) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
      const path = join(folder, 'x.sqlite')
      let connection = openConnection(path, tenantSchema, 'write', () => false)
      const ledgerOf = () => connection.state('ledger', () => openLedger(connection, options))
      const model = new Map<number, number>()
      try {
        for (const one of steps) {
          if (one.kind === 'restart') {
            connection.close()
            connection = openConnection(path, tenantSchema, 'write', () => false)
            continue
          }
          connection.database.exec('begin immediate')
          if (!('count' in one)) ledgerOf().merge(100)
          else {
            const ids = Array.from({ length: one.count }, (_, i) => (one.from + i * one.stride) % 3000)
            const keys = Uint8Array.from(ids.flatMap((id) => [...keyOf(id)]))
            const hashes = Uint8Array.from(ids.flatMap(() => [...hashOf(one.hash)]))
            const verdicts = ledgerOf().inRuns(keys, hashes, ids.length)
            const tried = new Map(model)
            ids.forEach((id, i) => {
              const got = verdicts[i] === 0 ? ledgerOf().add(keys, hashes, i) : verdicts[i]
              const known = tried.get(id)
              equal(got, known === undefined ? 0 : known === one.hash ? 1 : 2, `id ${id}`)
              if (known === undefined) tried.set(id, one.hash)
            })
            ledgerOf().write()
            if (one.kind === 'rollback') {
              connection.forgetState()
              connection.database.exec('rollback')
              continue
            }
            for (const [id, hash] of tried) model.set(id, hash)
          }
          connection.database.exec('commit')
        }
        connection.database.exec('begin immediate')
        while (ledgerOf().merge(500)) {}
        equal(ledgerOf().count, model.size)
        for (let id = 0; id < 3000; id += 7) {
          const [key, hash] = [keyOf(id), hashOf(1)]
          const got = ledgerOf().inRuns(key, hash, 1)[0] || ledgerOf().add(key, hash, 0)
          equal(got, !model.has(id) ? 0 : model.get(id) === 1 ? 1 : 2)
        }
        connection.database.exec('commit')
      } finally {
        connection.close()
        rmSync(folder, { recursive: true })
      }
    }),
    { numRuns: 25 },
  )
})

test('no merge leaves anything behind', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
  const connection = openConnection(join(folder, 'x.sqlite'), tenantSchema, 'write', () => false)
  connection.database.exec('begin')
  const ledger = openLedger(connection, options)
  for (let from = 0; from < 20_000; from += 100) {
    for (let i = 0; i < 100; i++) equal(ledger.add(keyOf(from + i), hashOf(1), 0), 0)
    ledger.write()
  }
  while (ledger.merge(1_000)) {}
  equal(ledger.count, 20_000)
  const { statement } = connection
  const runs = statement('select count(*) as runs, sum(entries) as entries from ledger_run').get()
  const blocks = statement('select sum(length(entries)) / 24 as entries from ledger_block').get()
  deepEqual(blocks?.['entries'], runs?.['entries'])
  equal(Number(runs?.['runs']) < 20, true)
  connection.database.exec('commit')
  connection.close()
  rmSync(folder, { recursive: true })
})

test('a filter forgets nobody and lets few strangers through', () => {
  const bits = filterFor(20_000)
  const words = (id: number) => [id >>> 3, id & 7, Math.imul(id, 0x9e3779b1) >>> 0, id] as const
  for (let id = 0; id < 20_000; id++) addToFilter(bits, placeOf(...words(id)), patternOf(...words(id)))
  let strangers = 0
  for (let id = 0; id < 60_000; id++) {
    const may = mayBeIn(bits, placeOf(...words(id)), patternOf(...words(id)))
    if (id < 20_000) equal(may, true)
    else if (may) strangers++
  }
  equal(strangers < 40_000 * 0.004, true, `${strangers} of 40,000`)
})

test('entries are sorted by their whole key, also when the first half decides nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(0, 1, 0xffffffff), fc.nat()), { maxLength: 400 }), (list) => {
      const entries = new Uint32Array(list.length * wordsPerEntry)
      list.forEach(([word, last], i) => {
        entries.set([word, 5, word, last, i, 0], i * wordsPerEntry)
      })
      const sorted = sortedEntries(entries, list.length)
      for (let i = 1; i < list.length; i++) {
        equal(compareKeys(sorted, (i - 1) * wordsPerEntry, sorted, i * wordsPerEntry) <= 0, true)
      }
      const places = Array.from(list, (_, i) => sorted[i * wordsPerEntry + 4]!)
      deepEqual(
        places.toSorted((a, b) => a - b),
        list.map((_, i) => i),
      )
    }),
  )
})
