// A whole server for tests that speak HTTP: a real database in a temporary place, the door, and REST on a free port.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '#api/client/client.ts'
import { createRestServer } from '#api/rest/server.ts'
import { systemClock } from '#app/clock.ts'
import { tenantOf } from '#core/tenant.ts'
import { scratchDatabase, whyNoPostgres } from '#databases/postgres/testing.ts'
import { openSqlite } from '#databases/sqlite/index.ts'
import { createFleets } from '#platform/fleets/fleets.ts'
import type { Operation } from '#platform/operation.ts'
import { operations as all } from '#platform/operations.ts'
import { createCore, type Platform } from '#platform/platform.ts'
import { createTwins } from '#platform/twins/twins.ts'
import type { Catalogue, KeyScope } from '#stores/catalogue/catalogue.ts'
import { catalogues } from '#stores/catalogue/registry.ts'
import { seriesStores } from '#stores/series/registry.ts'
import type { SeriesStore } from '#stores/series/store.ts'

export const operations = all as unknown as readonly Operation[]

export type Backend = { readonly name: 'sqlite' | 'postgres'; readonly skip: string | undefined }
export const backends: readonly Backend[] = [
  { name: 'sqlite', skip: undefined },
  { name: 'postgres', skip: await whyNoPostgres() },
]

export type Opened = AsyncDisposable & {
  readonly platform: Platform
  readonly url: string
  /** Unexpected errors that the server met; a test that ends with one has found something. */
  readonly errors: unknown[]
  client(key?: string): Client
  /** A key for a tenant, straight from the catalogue. */
  key(tenant: string, scopes?: readonly KeyScope[]): Promise<string>
  /** fetch below the server's URL. */
  ask(path: string, options?: RequestInit & { key?: string }): Promise<Response>
}

export async function openServer(
  backend: Backend['name'] = 'sqlite',
  options: { dashboard?: string } = {},
): Promise<Opened> {
  await using made = new AsyncDisposableStack()
  const { store, catalogue } = await openDatabase(backend, made)
  const core = createCore({ version: '0.0.0-test', clock: systemClock, store, catalogue })
  const fleets = createFleets(core)
  made.defer(() => fleets.close())
  const twins = createTwins(core)
  made.defer(() => twins.close())
  const platform: Platform = { ...core, fleets, twins }
  const errors: unknown[] = []
  const server = createRestServer({ platform, operations, onError: (error) => errors.push(error), ...options })
  made.use(server)
  const { url } = await server.listen({ port: 0, host: '127.0.0.1' })
  const stack = made.move()
  return {
    platform,
    url,
    errors,
    client: (key) => createClient({ url, key }),
    async key(tenant, scopes = ['read', 'write', 'admin', 'operator']) {
      return (await platform.access.createKey({ name: 'test', tenant: tenantOf(tenant), scopes })).key
    },
    ask: (path, { key, ...init } = {}) =>
      fetch(url + path, {
        // Streams as bodies need it.
        ...({ duplex: 'half' } as object),
        ...init,
        headers: { ...(init.headers as object), ...(key ? { authorization: `Bearer ${key}` } : {}) },
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

export async function openDatabase(
  backend: Backend['name'],
  stack: AsyncDisposableStack,
): Promise<{ store: SeriesStore; catalogue: Catalogue }> {
  if (backend === 'postgres') {
    const scratch = stack.use(await scratchDatabase())
    const database = stack.use(await scratch.open())
    const [openStore, openCatalogue] = await Promise.all([seriesStores.postgres(), catalogues.postgres()])
    return { store: openStore({ database }), catalogue: openCatalogue({ database }) }
  }
  const folder = mkdtempSync(join(tmpdir(), 'millrace-e2e-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const database = stack.use(await openSqlite({ folder }))
  const [openStore, openCatalogue] = await Promise.all([seriesStores.sqlite(), catalogues.sqlite()])
  const store = stack.use(await openStore({ database, clock: systemClock }))
  return { store, catalogue: stack.use(await openCatalogue({ database })) }
}

export const ndjson = { 'content-type': 'application/x-ndjson' }
export const json = { 'content-type': 'application/json' }
