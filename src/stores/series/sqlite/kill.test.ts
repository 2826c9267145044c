import { equal, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fakeClock } from '#core/clock.ts'
import { tenantOf } from '#core/tenant.ts'
import { openSqlite } from '#databases/sqlite/index.ts'
import { batchOf } from '../batch.ts'
import openStore from './index.ts'

const tenant = tenantOf('t')
const batchSize = 2_000

/** Batch number n, the same in every process: the ids are random-looking UUIDs. */
const batchAt = (number: number) =>
  batchOf(
    Array.from({ length: batchSize }, (_, i) => {
      const row = number * batchSize + i
      const id = [2654435761, 2246822519, 3266489917, 668265263].map((prime) => {
        return (Math.imul(row + 1, prime) >>> 0).toString(16).padStart(8, '0')
      })
      const hex = id.join('')
      const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
      return {
        id: uuid,
        device: `d${i % 20}`,
        recordedAt: 1.7e12 + row,
        receivedAt: 1.7e12,
        values: { a: row, b: -row },
      }
    }),
  ).batch

/** Appends without end, and says the number of each batch once it is acknowledged. */
async function appendForEver(folder: string, from: number): Promise<void> {
  const database = await openSqlite({ folder, readers: 1 })
  const store = await openStore({ database, clock: fakeClock(1.8e12) })
  for (let number = from; ; number++) {
    await store.append(tenant, batchAt(number), { unknownDevices: 'create' })
    process.stdout.write(`${number}\n`)
    if (number % 7 === 0) await store.maintain(tenant)
  }
}

if (process.argv[2] === 'append') await appendForEver(process.argv[3]!, Number(process.argv[4]))
else
  test('kill -9 loses nothing that was acknowledged, and stores no batch by half', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
    try {
      let acknowledged = -1
      for (const patience of [20, 50, 80]) {
        const child = spawn(process.execPath, [import.meta.filename, 'append', folder, String(acknowledged + 1)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        const enough = acknowledged + patience
        for await (const line of createInterface(child.stdout!)) {
          acknowledged = Number(line)
          // Kill in the middle of what follows; lines that are on their way still count.
          if (acknowledged === enough) child.kill('SIGKILL')
        }
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')

        await using database = await openSqlite({ folder, readers: 1 })
        const store = await openStore({ database, clock: fakeClock(1.8e12) })
        const stored = async () => {
          const extents = await Promise.all(Array.from({ length: 20 }, (_, i) => store.extent(tenant, `d${i}`)))
          return extents.reduce((sum, extent) => sum + (extent?.count ?? 0), 0)
        }
        const before = await stored()
        ok(before >= (acknowledged + 1) * batchSize, `${before} of ${(acknowledged + 1) * batchSize} are left`)
        equal(before % batchSize, 0)
        const latest = before / batchSize
        for (let number = 0; number < latest; number += number < acknowledged - 8 ? 7 : 1) {
          const codes = await store.append(tenant, batchAt(number), { unknownDevices: 'create' })
          ok(
            codes.every((code) => code === 1),
            `batch ${number} is stored`,
          )
        }
        equal(await stored(), before)
        acknowledged = latest - 1
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
