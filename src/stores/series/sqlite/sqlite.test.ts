import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeClock } from '#core/clock.ts'
import { openSqlite } from '#databases/sqlite/index.ts'
import openCatalogue from '#stores/catalogue/sqlite/index.ts'
import { type OpenedSeriesStore, testSeriesStore } from '../contract.ts'
import openStore from './index.ts'

async function open(folder: string): Promise<OpenedSeriesStore> {
  const database = await openSqlite({ folder, readers: 1 })
  return {
    store: await openStore({ database, clock: fakeClock(Date.UTC(2026, 0)) }),
    catalogue: await openCatalogue({ database }),
    async reopen() {
      await database[Symbol.asyncDispose]()
      return open(folder)
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

testSeriesStore('sqlite', async () => open(await mkdtemp(join(tmpdir(), 'millrace-'))))
