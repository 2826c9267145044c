// The store's append against the same rows written straight into the same table by the best statement: clustered,
// sorted by device and time, 25 rows per statement, 10,000 per transaction, synchronous=FULL. What the store adds is the id ledger, devices,
// newest values, dirty hours and the way through a thread.
// node bench/sqlite-append.ts [rows, default 500000]

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeClock } from '#core/clock.ts'
import { localTenant } from '#core/tenant.ts'
import { openConnection } from '#databases/sqlite/connection.ts'
import { openSqlite } from '#databases/sqlite/index.ts'
import { tenantSchema } from '#databases/sqlite/schema.ts'
import { type BatchReading, batchOf } from '#stores/series/batch.ts'
import openStore from '#stores/series/sqlite/index.ts'

const rows = Number(process.argv[2] ?? 500_000)
const batchSize = 10_000
const devices = 100
const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))

const readingAt = (i: number): BatchReading => ({
  id: randomUUID(),
  device: `sensor-${String(i % devices).padStart(3, '0')}`,
  recordedAt: 1.7e12 + Math.floor(i / devices) * 1000,
  receivedAt: 1.7e12 + i,
  values: { temperature: 20 + Math.sin(i), humidity: 40 + Math.cos(i), pressure: 1013.25, battery: 97.5 },
})
const readings = Array.from({ length: rows }, (_, i) => readingAt(i))

function direct(): number {
  const connection = openConnection(join(folder, 'direct.sqlite'), tenantSchema, 'write', () => false)
  const perStatement = 25
  const row = '(?, ?, ?, ?, ?, ?, ?, ?, ?)'
  const insert = connection.statement(
    `insert into reading(device_key, recorded_at, id_key, received_at, layout_key, v0, v1, v2, v3)
     values ${new Array(perStatement).fill(row).join(', ')}`,
  )
  const { batch } = batchOf(readings)
  const parameters = new Array<number | Uint8Array>(perStatement * 9)
  const start = performance.now()
  for (let from = 0; from < rows; from += batchSize) {
    connection.database.exec('begin immediate')
    let filled = 0
    for (let device = 0; device < devices; device++) {
      for (let i = from + device; i < from + batchSize; i += devices) {
        parameters[filled++] = device
        parameters[filled++] = batch.recordedAt[i]!
        parameters[filled++] = batch.idKeys.subarray(i * 16, i * 16 + 16)
        parameters[filled++] = batch.receivedAt[i]!
        parameters[filled++] = 1
        for (let v = batch.valueStart[i]!; v < batch.valueStart[i + 1]!; v++) parameters[filled++] = batch.values[v]!
        if (filled < parameters.length) continue
        insert.run(...parameters)
        filled = 0
      }
    }
    connection.database.exec('commit')
  }
  const rate = rows / ((performance.now() - start) / 1000)
  connection.close()
  rmSync(join(folder, 'direct.sqlite'))
  return rate
}

async function appended(): Promise<number> {
  await using database = await openSqlite({ folder: join(folder, 'data'), readers: 1 })
  const store = await openStore({ database, clock: fakeClock(1.8e12) })
  await store.latest(localTenant)
  const start = performance.now()
  let last: Promise<unknown> = Promise.resolve()
  for (let from = 0; from < rows; from += batchSize) {
    const { batch } = batchOf(readings.slice(from, from + batchSize))
    await last
    last = store.append(localTenant, batch, { unknownDevices: 'create' })
  }
  await last
  return rows / ((performance.now() - start) / 1000)
}

try {
  for (let round = 0; round < 3; round++) {
    const [a, b] = [direct(), await appended()]
    rmSync(join(folder, 'data'), { recursive: true })
    console.log(
      `direct ${Math.round(a / 1000)}k rows/s, append ${Math.round(b / 1000)}k rows/s, ratio ${(b / a).toFixed(2)}`,
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
