// The contract of every series store, against a real PostgreSQL in a database of its own.

import { after } from 'node:test'
import { scratchDatabase, whyNoPostgres } from '#databases/postgres/testing.ts'
import openCatalogue from '#stores/catalogue/postgres/index.ts'
import { type OpenedSeriesStore, testSeriesStore } from '../contract.ts'
import openStore from './index.ts'

const skip = await whyNoPostgres()
const scratch = skip === undefined ? await scratchDatabase() : undefined
after(() => scratch?.[Symbol.asyncDispose]())

async function open(): Promise<OpenedSeriesStore> {
  const database = await scratch!.open()
  const close = () => database[Symbol.asyncDispose]()
  return {
    store: openStore({ database }),
    catalogue: openCatalogue({ database }),
    async reopen() {
      await close()
      return open()
    },
    [Symbol.asyncDispose]: close,
  }
}

testSeriesStore('postgres', open, { skip })
