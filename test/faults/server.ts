// A server with nothing around it, for tests that kill it and for benchmarks: store, door and REST.
//   node test/faults/server.ts sqlite FOLDER | postgres URL      prints its URL on one line

import { createRestServer } from '#api/rest/server.ts'
import { systemClock } from '#app/clock.ts'
import { openPostgres } from '#databases/postgres/index.ts'
import { openSqlite } from '#databases/sqlite/index.ts'
import type { Operation } from '#platform/operation.ts'
import { operations } from '#platform/operations.ts'
import { createCore, type Platform } from '#platform/platform.ts'
import { catalogues } from '#stores/catalogue/registry.ts'
import { seriesStores } from '#stores/series/registry.ts'

const [backend, place] = process.argv.slice(2) as ['sqlite' | 'postgres', string]
const { store, catalogue } = backend === 'sqlite' ? await sqlite(place) : await postgres(place)
const core = createCore({ version: '0.0.0-test', clock: systemClock, store, catalogue })
const server = createRestServer({
  platform: core as Platform,
  operations: operations as unknown as readonly Operation[],
  onError: (error) => console.error(error),
})
// A profile (--cpu-prof) is written only where the process ends by itself.
process.once('SIGINT', () => process.exit())
console.log((await server.listen({ port: 0, host: '127.0.0.1' })).url)

async function sqlite(folder: string) {
  const database = await openSqlite({ folder })
  const [openStore, openCatalogue] = await Promise.all([seriesStores.sqlite(), catalogues.sqlite()])
  return { store: await openStore({ database, clock: systemClock }), catalogue: await openCatalogue({ database }) }
}

async function postgres(url: string) {
  const database = await openPostgres({ url })
  const [openStore, openCatalogue] = await Promise.all([seriesStores.postgres(), catalogues.postgres()])
  return { store: openStore({ database }), catalogue: openCatalogue({ database }) }
}
