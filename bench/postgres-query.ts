// buckets() on PostgreSQL against the best hand-written SQL over the same stored readings: 1-minute averages of 24 h for
// 100 devices. Also a year's chart of one device, pages, newest values. Medians of alternating rounds.
//
//   eval "$(scripts/services env)"; node bench/postgres-query.ts [readings, default 2000000] [rounds, default 5]

import { randomUUID } from 'node:crypto'
import { tenantOf } from '#core/tenant.ts'
import { scratchDatabase, whyNoPostgres } from '#databases/postgres/testing.ts'
import { batchOf } from '#stores/series/batch.ts'
import openStore from '#stores/series/postgres/index.ts'

const readings = Number(process.argv[2] ?? 2_000_000)
const rounds = Number(process.argv[3] ?? 5)
const devices = 100
const day_ms = 86_400_000
const from = Date.UTC(2025, 5, 10)
const reason = await whyNoPostgres()
if (reason) throw new Error(reason)

await using scratch = await scratchDatabase()
await using database = await scratch.open()
const store = openStore({ database, hoursPerMaintain: 500 })
const tenant = tenantOf('local')
const admin = scratch.admin

// Filled by the server itself, in the order in which a live fleet arrives: what is measured here is reading.
const step_ms = Math.round((day_ms * devices) / (readings * 0.9))
const [row] = await database.call((sql) => sql`select layout_key(${tenant}, '{temperature}') as key`)
const layout = row!['key']
const names = Array.from({ length: devices + 1 }, (_, i) => `device-${i}`)
const made = await database.call(
  (sql) => sql`select name, key from device_keys(${tenant}, ${`{${names}}`}, ${`{${names.map(() => from)}}`}, true)`,
)
const keys = new Map(made.map((row) => [row['name'] as string, row['key'] as number]))
const fleet = names.slice(0, devices)
const fill = async (device: readonly string[], start: number, count: number, step: number) => {
  for (let at = start; at < start + count * step; at += 27 * day_ms) await admin`select ensure_partition(${at}::float8)`
  await admin`select ensure_partition(${start + count * step}::float8)`
  await admin.unsafe(`
    insert into reading (recorded_at, received_at, id, device_key, layout_key, tenant, "values")
    select ${start} + i * ${step}::float8, ${start} + i * ${step}::float8, gen_random_uuid(), d, ${layout}, '${tenant}',
      array[20 + 5 * sin(i / 1000.0) + d]
    from generate_series(0, ${count - 1}) i, unnest('{${device.map((name) => keys.get(name))}}'::int[]) d`)
}
const filling = performance.now()
await fill(fleet, from, Math.floor(readings / devices), step_ms)
// One device over a year, one reading a minute: its hours are the same in number as those of 1 Hz data.
await fill([names[devices]!], from - 365 * day_ms, 365 * 24 * 60, 60_000)
await admin.unsafe(`insert into stale (hour, device_key, building, tenant)
  select distinct floor(recorded_at / 3600000)::bigint * 3600000, device_key, false, '${tenant}' from reading`)
await admin.unsafe('vacuum analyze')
console.log(`${readings} readings of ${devices} devices, one per ${step_ms} ms; filled in ${seconds(filling)}`)

const query = { devices: fleet, from, to: from + day_ms, bucket_ms: 60_000, aggregates: ['avg'] } as const
const keyList = `{${fleet.map((name) => keys.get(name))}}`
const byHand = {
  'by hand, from readings': () =>
    database.read(
      tenant,
      (sql) => sql`
    select device_key, floor(recorded_at / 60000) * 60000 as minute, avg("values"[1]) as avg from reading
    where device_key = any (${keyList}) and recorded_at >= ${from} and recorded_at < ${from + day_ms} group by 1, 2`,
    ),
  'by hand, from rollups': () =>
    database.read(
      tenant,
      (sql) => sql`
    select device_key, array_agg(at order by at)::text as times, array_agg(sum / count order by at)::text as avg
    from rollup_minute where device_key = any (${keyList}) and at >= ${from} and at < ${from + day_ms}
      and channel = 'temperature' group by device_key`,
    ),
}
await store.append(tenant, one(), { unknownDevices: 'create' })

console.log('\n| what | ms |\n|---|---|')
await show('buckets(), no rollups yet', () => store.buckets(tenant, query), 3)
await show('by hand, from readings', byHand['by hand, from readings'], 3)
const maintaining = performance.now()
let calls = 1
while (await store.maintain(tenant)) calls++
await admin.unsafe('vacuum analyze')
console.log(`| maintain(), ${calls} calls for all hours | ${Math.round(performance.now() - maintaining)} |`)
await show('buckets(), from rollups', () => store.buckets(tenant, query), rounds)
await show('by hand, from rollups', byHand['by hand, from rollups'], rounds)
await show(
  'buckets(), p95 (readings)',
  () => store.buckets(tenant, { ...query, devices: fleet.slice(0, 5), aggregates: ['p95'] }),
  3,
)
const year = { devices: [names[devices]!], from: from - 365 * day_ms + 1234, to: from, bucket_ms: day_ms }
await show(
  'a year of one device, avg, min, max per day',
  () => store.buckets(tenant, { ...year, aggregates: ['avg', 'min', 'max'] }),
  rounds,
)
await show(
  'a page of 1,000 of 100 devices',
  () => store.readings(tenant, { ...query, order: 'descending', limit: 1_000 }),
  rounds,
)
await show('newest values of all', () => store.latest(tenant), rounds)

/** The median of some runs, after one that warms up. */
async function show(name: string, run: () => Promise<unknown>, times: number): Promise<void> {
  const all: number[] = []
  for (let i = 0; i <= times; i++) {
    const start = performance.now()
    await run()
    if (i > 0) all.push(performance.now() - start)
  }
  console.log(`| ${name} | ${all.toSorted((a, b) => a - b)[all.length >> 1]!.toFixed(1)} |`)
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(0)} s`
}

/** A batch, so that the newest values have something to show. */
function one() {
  return batchOf(
    fleet.map((device) => ({
      id: randomUUID(),
      device,
      recordedAt: from,
      receivedAt: from,
      values: { temperature: 1 },
    })),
  ).batch
}
