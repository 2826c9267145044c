// What it costs to keep 'an id counts once per tenant for ever' in SQLite: designs of the id ledger against the same rows
// written without one. Each is filled to a size first, then timed while batches of 10,000 new readings come in.
// node bench/ledger.ts [sizes, default 1000000,5000000] [rows timed, default 300000] [part of a design's name]

import { randomFillSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenConnection, openConnection } from '#databases/sqlite/connection.ts'
import { tenantSchema } from '#databases/sqlite/schema.ts'
import { openLedger } from '#stores/series/sqlite/ledger.ts'

const sizes = (process.argv[2] ?? '1000000,5000000').split(',').map(Number)
const timed = Number(process.argv[3] ?? 300_000)
const batchSize = 10_000
const devices = 100

type Design = {
  readonly name: string
  /** Puts ids in that count as sent before, as fast as it can. */
  fill(connection: OpenConnection, keys: Uint8Array, hashes: Uint8Array): void
  /** Makes what writes one batch's ids; answers how many were new. */
  open(connection: OpenConnection): (keys: Uint8Array, hashes: Uint8Array) => number
}

const idAt = (keys: Uint8Array, i: number) => keys.subarray(i * 16, i * 16 + 16)
const compare = (keys: Uint8Array) => {
  const view = new DataView(keys.buffer, keys.byteOffset)
  const high = (i: number) => view.getUint32(i * 16) * 0x200000 + (view.getUint32(i * 16 + 4) >>> 11)
  return (a: number, b: number) => high(a) - high(b) || Buffer.compare(idAt(keys, a), idAt(keys, b))
}
const order = (keys: Uint8Array) => Uint32Array.from({ length: keys.length / 16 }, (_, i) => i).sort(compare(keys))

function tables(count: number, sorted: boolean): Design {
  const tableOf = (keys: Uint8Array, i: number) => keys[i * 16 + 15]! % count
  function insert({ statement }: OpenConnection, keys: Uint8Array, hashes: Uint8Array, sort: boolean): number {
    const rows = sort ? order(keys) : Uint32Array.from({ length: keys.length / 16 }, (_, i) => i)
    const statements = Array.from({ length: count }, (_, t) => statement(`insert or ignore into id${t} values (?, ?)`))
    let fresh = 0
    for (let t = 0; t < count; t++) {
      for (const i of rows) {
        if (count > 1 && tableOf(keys, i) !== t) continue
        fresh += Number(statements[t]!.run(idAt(keys, i), hashes.subarray(i * 8, i * 8 + 8)).changes)
      }
    }
    return fresh
  }
  return {
    name: `${count === 1 ? 'narrow table by id' : `${count} narrow tables by hash`}${sorted ? ', batch sorted' : ''}`,
    fill(connection, keys, hashes) {
      for (let t = 0; t < count; t++) {
        connection.database.exec(`create table id${t}(id_key blob primary key, hash blob not null) without rowid`)
      }
      insert(connection, keys, hashes, true)
    },
    open: (connection) => (keys, hashes) => insert(connection, keys, hashes, sorted),
  }
}

const designs: Design[] = [
  { name: 'no ledger (ceiling)', fill() {}, open: () => (keys) => keys.length / 16 },
  {
    name: 'sorted runs (chosen)',
    fill(connection, keys, hashes) {
      const ledger = openLedger(connection)
      for (let i = 0; i < keys.length / 16; i++) {
        ledger.add(keys, hashes, i)
        if (i % batchSize === batchSize - 1) ledger.write()
      }
      ledger.write()
    },
    open(connection) {
      const ledger = openLedger(connection)
      return (keys, hashes) => {
        const count = keys.length / 16
        const verdicts = ledger.inRuns(keys, hashes, count)
        let fresh = 0
        for (let i = 0; i < count; i++) if (verdicts[i] === 0 && ledger.add(keys, hashes, i) === 0) fresh++
        ledger.write()
        return fresh
      }
    },
  },
  {
    name: 'unique index on the readings',
    fill({ database, statement }, keys) {
      const insert = statement(insertSql)
      for (let i = 0; i < keys.length / 16; i++) insert.run(i % devices, i, idAt(keys, i), i, 1, 1, 2, 3, 4)
      database.exec('create unique index by_id on reading(id_key)')
    },
    open: () => (keys) => keys.length / 16,
  },
  tables(1, false),
  tables(1, true),
  tables(16, true),
]

const insertSql = `insert into reading(device_key, recorded_at, id_key, received_at, layout_key, v0, v1, v2, v3)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** UUIDs of version 4, or 7 at 10,000 per second from a start. */
function uuids(count: number, version: 4 | 7, from_ms: number): Uint8Array {
  const keys = randomFillSync(new Uint8Array(count * 16))
  for (let i = 0; i < count; i++) {
    if (version === 7) {
      const ms = from_ms + Math.floor(i / 10)
      for (let b = 0; b < 6; b++) keys[i * 16 + b] = Math.floor(ms / 2 ** (40 - b * 8)) & 0xff
    }
    keys[i * 16 + 6] = (keys[i * 16 + 6]! & 0x0f) | (version << 4)
    keys[i * 16 + 8] = (keys[i * 16 + 8]! & 0x3f) | 0x80
  }
  return keys
}

function measure(design: Design, version: 4 | 7, size: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  const connection = openConnection(join(folder, 'x.sqlite'), tenantSchema, 'write', () => false)
  const { database, statement } = connection
  try {
    const before = 1.7e12
    database.exec('begin immediate')
    design.fill(connection, uuids(size, version, before), randomFillSync(new Uint8Array(size * 8)))
    database.exec('commit; pragma wal_checkpoint(truncate)')
    const keys = uuids(timed, version, before + size)
    const hashes = randomFillSync(new Uint8Array(timed * 8))
    const write = design.open(connection)
    const insert = statement(insertSql)
    let slowest = 0
    let fresh = 0
    const start = performance.now()
    const used = process.cpuUsage()
    for (let from = 0; from < timed; from += batchSize) {
      const begin = performance.now()
      database.exec('begin immediate')
      fresh += write(
        keys.subarray(from * 16, (from + batchSize) * 16),
        hashes.subarray(from * 8, (from + batchSize) * 8),
      )
      for (let device = 0; device < devices; device++) {
        for (let i = from + device; i < from + batchSize; i += devices) {
          insert.run(1000 + device, 1.7e12 + i, idAt(keys, i), 1.7e12, 1, 20 + (i % 7) / 3, 40.5 + i, 1013.25, 97.5)
        }
      }
      database.exec('commit')
      slowest = Math.max(slowest, performance.now() - begin)
    }
    const rate = timed / ((performance.now() - start) / 1000)
    const { user, system } = process.cpuUsage(used)
    if (fresh !== timed) throw new Error(`${design.name}: ${fresh} of ${timed} ids were new`)
    const cpu = ((user + system) / timed).toFixed(1)
    return `${String(Math.round(rate / 1000)).padStart(4)}k/s, ${cpu} us of processor each, slowest batch ${Math.round(slowest)} ms`
  } finally {
    connection.close()
    rmSync(folder, { recursive: true })
  }
}

for (const size of sizes) {
  for (const version of [4, 7] as const) {
    console.log(`\n${size.toLocaleString('en')} ids before, UUIDv${version}`)
    const chosen = designs.filter((design) => design.name.includes(process.argv[4] ?? ''))
    for (const design of chosen) console.log(`  ${design.name.padEnd(40)} ${measure(design, version, size)}`)
  }
}
