// The contract of every catalogue, against a real PostgreSQL in a database of its own.

import { after } from 'node:test'
import { scratchDatabase, whyNoPostgres } from '#databases/postgres/testing.ts'
import { type OpenedCatalogue, testCatalogue } from '../contract.ts'
import openCatalogue from './index.ts'

const skip = await whyNoPostgres()
const scratch = skip === undefined ? await scratchDatabase() : undefined
after(() => scratch?.[Symbol.asyncDispose]())

async function open(): Promise<OpenedCatalogue> {
  const database = await scratch!.open()
  const close = () => database[Symbol.asyncDispose]()
  return {
    catalogue: openCatalogue({ database }),
    async reopen() {
      await close()
      return open()
    },
    [Symbol.asyncDispose]: close,
  }
}

testCatalogue('postgres', open, { skip })
