// The ceiling of ingestion: the same rows into the same tables by the best statement there is, one transaction per
// 1,000, no check and no door. What is prepared beforehand (keys, sorting, encoding) is not counted. Two of them: the
// readings alone, which nothing keeps from being stored twice, and the readings with the database's own unique index
// of their ids, which is the plain way to keep the promise that an id counts once.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import postgres from 'postgres'
import { tenantSchema } from '#databases/sqlite/schema.ts'
import { type BatchReading, batchOf } from '#stores/series/batch.ts'

const columns = 'device_key, recorded_at, id_key, received_at, layout_key, v0, v1, v2, v3'
/** Rows per statement: more of them gain nothing. */
const together = 25

/** Prepared inserts of 25 rows, in the order of the key, which is what SQLite takes fastest. Seconds. */
export function straightSqlite(folder: string, requests: readonly (readonly BatchReading[])[], ids: boolean): number {
  const database = new DatabaseSync(join(folder, `straight-${ids}.sqlite`))
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536')
  for (const migration of tenantSchema) database.exec(migration)
  if (ids) database.exec('create unique index reading_id on reading(id_key)')
  const insert = database.prepare(
    `insert into reading(${columns}) values ${Array(together).fill('(?,?,?,?,?,?,?,?,?)').join(',')}`,
  )
  const prepared = requests.map((readings) => {
    const { batch } = batchOf(readings)
    const { device, recordedAt, receivedAt, idKeys, values } = batch
    const order = Array.from(readings.keys()).sort((a, b) => device[a]! - device[b]! || recordedAt[a]! - recordedAt[b]!)
    const rows = order.map((i) => {
      const id = idKeys.slice(i * 16, i * 16 + 16)
      return [device[i]!, recordedAt[i]!, id, receivedAt[i]!, 1, ...values.subarray(i * 4, i * 4 + 4)]
    })
    return Array.from({ length: rows.length / together }, (_, at) =>
      rows.slice(at * together, (at + 1) * together).flat(),
    )
  })
  const start = performance.now()
  for (const statements of prepared) {
    database.exec('begin immediate')
    for (const values of statements) insert.run(...values)
    database.exec('commit')
  }
  const seconds = (performance.now() - start) / 1000
  database.close()
  return seconds
}

/** unnest of one array per column over two connections: of what was tried, the fastest way in. Seconds. */
export async function straightPostgres(
  url: string,
  requests: readonly (readonly BatchReading[])[],
  withIds: boolean,
): Promise<number> {
  const sql = postgres(url, { max: 2, onnotice: () => {}, fetch_types: false, connection: { search_path: 'millrace' } })
  await sql`truncate reading, ledger`
  const first = requests[0]![0]!.recordedAt
  const last = requests.at(-1)!.at(-1)!.recordedAt
  for (let at = first; at <= last + 86_400_000; at += 86_400_000) await sql`select ensure_partition(${at}::float8)`
  const list = (items: readonly unknown[]) => `{${items.join(',')}}`
  const prepared = requests.map((readings) => [
    list(readings.map((reading) => reading.recordedAt)),
    list(readings.map((reading) => reading.receivedAt)),
    list(readings.map((reading) => reading.id)),
    list(readings.map((reading) => Number(reading.device.slice(7)))),
    list(readings.map((reading) => `"{${Object.values(reading.values).join(',')}}"`)),
  ])
  const queue = prepared.values()
  const writer = async () => {
    for (const [recorded, received, ids, devices, values] of queue) {
      const ledger = withIds
        ? sql`with known as (
            insert into ledger (id, payload, tenant) select i, 1, 'local' from unnest(${ids!}::uuid[]) n (i) order by i)`
        : sql``
      await sql`${ledger}
        insert into reading (recorded_at, received_at, id, device_key, layout_key, tenant, "values")
        select r, e, i, d, 1, 'local', v::float8[]
        from unnest(${recorded!}::float8[], ${received!}::float8[], ${ids!}::uuid[], ${devices!}::int[], ${values!}::text[])
          as n (r, e, i, d, v)`
    }
  }
  const start = performance.now()
  await Promise.all([writer(), writer()])
  const seconds = (performance.now() - start) / 1000
  await sql.end()
  return seconds
}
