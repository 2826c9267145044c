// The SeriesStore on PostgreSQL. An append is one call of the database function `append` (src/databases/postgres), one
// round trip in the usual case: names of devices and layouts are looked up once and remembered, and so are the time
// partitions that are known to exist. Reads run in one snapshot each.

import type { PostgresDatabase } from '#databases/postgres/index.ts'
import type { SeriesStore } from '../store.ts'
import { appender } from './append.ts'
import { readBuckets } from './buckets.ts'
import { namesOf } from './names.ts'
import { readExtent, readFrame, readLatest, readPage } from './read.ts'

export type PostgresStoreOptions = {
  readonly database: PostgresDatabase
  /** Device-hours whose rollups one `maintain` rebuilds; default 32. */
  readonly hoursPerMaintain?: number
}

/** The store. Disposing of it leaves the database open: it belongs to whoever opened it. */
export default function openPostgresStore({ database, hoursPerMaintain = 32 }: PostgresStoreOptions): SeriesStore {
  const names = namesOf(database)
  return {
    profile: { name: 'postgres', location: database.location, batchLimit: 5_000, shared: true },
    append: appender(database, names),
    readings: (tenant, query) => database.read(tenant, (sql) => readPage(sql, tenant, names, query)),
    frame: (tenant, device, query) => database.read(tenant, (sql) => readFrame(sql, tenant, names, device, query)),
    buckets: (tenant, query) => database.read(tenant, (sql) => readBuckets(sql, tenant, names, query)),
    latest: (tenant, devices) => database.read(tenant, (sql) => readLatest(sql, devices)),
    extent: (tenant, device) => database.read(tenant, (sql) => readExtent(sql, device)),
    async maintain(tenant) {
      // Two transactions, not one: the rebuild must see every append that was under way when the hours were taken.
      await database.call((sql) => sql`select claim_stale(${tenant}, ${hoursPerMaintain})`)
      const [row] = await database.call((sql) => sql`select rebuild_rollups(${tenant}, ${hoursPerMaintain}) as hours`)
      return row?.hours === hoursPerMaintain
    },
    async [Symbol.asyncDispose]() {},
  }
}
