// The catalogue in SQLite: tenants and API keys in the catalogue's file, everything else in the tenant's own.

import { InputError } from '#core/errors.ts'
import type { SqliteDatabase } from '#databases/sqlite/index.ts'
import type { Catalogue } from '../catalogue.ts'

export type SqliteCatalogueOptions = { readonly database: SqliteDatabase }

/** The catalogue does not own the database: close that after it. */
export default async function openSqliteCatalogue({ database }: SqliteCatalogueOptions): Promise<Catalogue> {
  const { read, write } = database.unit<typeof import('./unit.ts')>(new URL('./unit.ts', import.meta.url))
  return {
    createTenant: (tenant, at) => write.createTenant('catalogue', { tenant, at }),
    tenants: () => read.tenants('catalogue', undefined),
    putKey: (key) => write.putKey('catalogue', key),
    keyByPrefix: (prefix) => read.keyByPrefix('catalogue', { prefix }),
    keys: (tenant) => read.keys('catalogue', { tenant }),
    deleteKey: (prefix) => write.deleteKey('catalogue', { prefix }),
    putDevice: (tenant, device, metadata, at) => write.putDevice({ tenant }, { device, metadata, at }),
    putDevices(tenant, entries, at) {
      // Only what is kept crosses to the thread: a caller's entries may carry more than can be cloned.
      const devices = entries.map(({ device, metadata }) => ({ device, metadata }))
      return write.putDevices({ tenant }, { devices, at })
    },
    device: (tenant, device) => read.deviceByName({ tenant }, { device }),
    async devices(tenant, query) {
      if (!(query.limit >= 1 && query.limit <= 10_000)) {
        throw new InputError(`limit is ${query.limit}: 1 to 10000 is right`)
      }
      return read.devices({ tenant }, query)
    },
    putDocument: (tenant, kind, name, value, at) =>
      write.putDocument({ tenant }, { kind, name, text: JSON.stringify(value), at }),
    async document(tenant, kind, name) {
      const text = await read.document({ tenant }, { kind, name })
      return text === undefined ? undefined : JSON.parse(text)
    },
    documents: async (tenant, kind) =>
      (await read.documents({ tenant }, { kind })).map(({ name, text, updatedAt }) => ({
        name,
        value: JSON.parse(text) as unknown,
        updatedAt,
      })),
    deleteDocument: (tenant, kind, name) => write.deleteDocument({ tenant }, { kind, name }),
    async [Symbol.asyncDispose]() {},
  }
}
