// append() on PostgreSQL against its ceiling: the same rows written straight into the same tables by the best statement,
// past row-level security, with arrays that were made beforehand, and without states, stale hours or verdicts.
// Rounds alternate on one database; the figures are medians. Random UUIDs, 1,000 readings of two channels per batch.
//
//   eval "$(scripts/services env)"; node bench/postgres-append.ts [rounds, default 5] [devices, default 100] [connections, default 2]

import { randomUUID } from 'node:crypto'
import { tenantOf } from '#core/tenant.ts'
import { arrayOf } from '#databases/postgres/index.ts'
import { poolOf } from '#databases/postgres/pool.ts'
import { scratchDatabase, whyNoPostgres } from '#databases/postgres/testing.ts'
import { type BatchReading, batchOf, idOfKey } from '#stores/series/batch.ts'
import openStore from '#stores/series/postgres/index.ts'

const rounds = Number(process.argv[2] ?? 5)
const devices = Number(process.argv[3] ?? 100)
const connections = Number(process.argv[4] ?? 2)
const batches = 100
const size = 1_000
const reason = await whyNoPostgres()
if (reason) throw new Error(reason)

await using scratch = await scratchDatabase()
await using database = await scratch.open({ connections: connections * 2 })
const store = openStore({ database })
const tenant = tenantOf('local')
const options = { unknownDevices: 'create' } as const
let second = 0

/** The next readings of all devices in turn, one per second each. */
const batchOfNext = () => {
  const readings: BatchReading[] = Array.from({ length: size }, (_, i) => {
    if (i % devices === 0) second++
    const recordedAt = Date.UTC(2026, 10, 1) + second * 1000
    const values = { temperature: 20 + Math.sin(second / 60 + i), humidity: 40 + Math.cos(second / 60 + i) }
    return { id: randomUUID(), device: `device-${i % devices}`, recordedAt, receivedAt: recordedAt + 100, values }
  })
  return batchOf(readings).batch
}

await store.append(tenant, batchOfNext(), options)
const [layout] = await scratch.admin`select layout_key from layout`
const keys = new Map(
  (await scratch.admin`select device, device_key from device`).map((row) => [row['device'], row['device_key']]),
)

/** The arrays of one batch for the statements below. */
const straight = () => {
  const batch = batchOfNext()
  const rows = Array.from({ length: batch.count }, (_, i) => i)
  return [
    arrayOf(rows.map((i) => idOfKey(batch.idKeys, i * 16))),
    arrayOf(new BigInt64Array(batch.payloadHashes.buffer) as unknown as ArrayLike<number>),
    arrayOf(rows.map((i) => keys.get(batch.devices[batch.device[i]!]!)!)),
    arrayOf(batch.recordedAt),
    arrayOf(batch.receivedAt),
    `{${rows.map((i) => `"{${batch.values.subarray(batch.valueStart[i]!, batch.valueStart[i + 1]!).join(',')}}"`)}}`,
  ]
}

const statements = {
  'one statement, unnest': `
    with n as materialized (
      select * from unnest($1::uuid[], $2::bigint[], $3::int[], $4::float8[], $5::float8[], $6::text[])
        n (id, payload, device, recorded, received, vals)),
    added as (insert into ledger select id, payload, 'local' from n order by id on conflict do nothing)
    insert into reading (recorded_at, received_at, id, device_key, layout_key, tenant, "values")
    select recorded, received, id, device, ${layout!['layout_key']}, 'local', vals::float8[] from n`,
}

const writers = poolOf(scratch.url, connections, { fetch_types: false, connection: { search_path: 'millrace' } })
/** Rows per second of `batches` batches, `connections` at a time. */
async function measure<T>(prepared: T[], run: (one: T) => Promise<unknown>): Promise<number> {
  const start = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < prepared.length) await run(prepared[next++]!)
    }),
  )
  return (prepared.length * size * 1000) / (performance.now() - start)
}
const many = <T>(make: () => T) => Array.from({ length: batches }, make)
const median = (figures: number[]) => figures.toSorted((a, b) => a - b)[figures.length >> 1]!

const figures: Record<string, number[]> = { 'append()': [] }
for (let round = 0; round <= rounds; round++) {
  // The first round warms up: connections, plans, the client's own code.
  const keep = (name: string, rate: number) => {
    figures[name] ??= []
    if (round > 0) figures[name].push(rate)
  }
  keep('append()', await measure(many(batchOfNext), (batch) => store.append(tenant, batch, options)))
  for (const [name, statement] of Object.entries(statements)) {
    const run = (parameters: string[]) => writers.use((sql) => sql.unsafe(statement, parameters, { prepare: true }))
    keep(name, await measure(many(straight), run))
  }
}
await writers[Symbol.asyncDispose]()
const ceiling = Math.max(...Object.keys(statements).map((name) => median(figures[name]!)))
console.log(`${devices} devices, ${connections} connections, ${rounds} rounds of ${batches} batches of ${size}\n`)
console.log('| how | rows/s | of the ceiling |\n|---|---|---|')
for (const [name, all] of Object.entries(figures)) {
  console.log(`| ${name} | ${Math.round(median(all))} | ${(median(all) / ceiling).toFixed(2)} |`)
}
