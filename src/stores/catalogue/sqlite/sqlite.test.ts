import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '#databases/sqlite/index.ts'
import { type OpenedCatalogue, testCatalogue } from '../contract.ts'
import openCatalogue from './index.ts'

async function open(folder: string): Promise<OpenedCatalogue> {
  const database = await openSqlite({ folder, readers: 1 })
  return {
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

testCatalogue('sqlite', async () => open(await mkdtemp(join(tmpdir(), 'millrace-'))))
