// One-minute averages of 24 h for 100 devices out of many stored readings, and the chart of one device over a long time of
// 1 Hz data, against the best SQL that was written by hand for the same table, in the same run.
// node bench/sqlite-query.ts [readings, default 1000000] [days of 1 Hz, default 7]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeClock } from '#core/clock.ts'
import { localTenant, tenantOf } from '#core/tenant.ts'
import { openConnection } from '#databases/sqlite/connection.ts'
import { openSqlite } from '#databases/sqlite/index.ts'
import { tenantSchema } from '#databases/sqlite/schema.ts'
import { batchOf } from '#stores/series/batch.ts'
import openStore from '#stores/series/sqlite/index.ts'
import type { Aggregate } from '#stores/series/store.ts'

const total = Number(process.argv[2] ?? 1_000_000)
const days = Number(process.argv[3] ?? 7)
const devices = Array.from({ length: 100 }, (_, i) => `sensor-${String(i).padStart(3, '0')}`)
const interval_ms = 10_000
const end = Date.UTC(2025, 5, 1)
const day_ms = 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
const long = tenantOf('long')

async function best<T>(rounds: number, body: () => T | Promise<T>): Promise<[ms: number, result: T]> {
  let [least, result] = [Number.POSITIVE_INFINITY, undefined as T]
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    result = await body()
    least = Math.min(least, performance.now() - start)
  }
  return [least, result]
}

async function timed(name: string, body: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  await body()
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
}

try {
  await using database = await openSqlite({ folder, readers: 1 })
  const store = await openStore({ database, clock: fakeClock(end + day_ms) })
  const batchSize = 10_000
  let waiting: Promise<unknown> = Promise.resolve()
  await timed(`${total} readings written`, async () => {
    for (let from = 0; from < total; from += batchSize) {
      const readings = Array.from({ length: batchSize }, (_, k) => {
        const i = from + k
        const recordedAt = end - (Math.ceil(total / 100) - Math.floor(i / 100)) * interval_ms
        const values = {
          temperature: 20 + Math.sin(i / 1e4),
          humidity: 40 + (i % 97) / 10,
          pressure: 1013,
          battery: 97,
        }
        return { id: undefined, device: devices[i % 100]!, recordedAt, receivedAt: end, values }
      })
      await waiting
      waiting = store.append(localTenant, batchOf(readings).batch, { unknownDevices: 'create' })
    }
    await waiting
  })
  const query = { devices, from: end - day_ms, to: end, bucket_ms: 60_000, aggregates: ['avg'] as Aggregate[] }
  const [raw_ms] = await best(3, () => store.buckets(localTenant, query))
  await timed('rolled up', async () => {
    while (await store.maintain(localTenant)) {}
  })

  const connection = openConnection(join(folder, 'tenants', 'local.sqlite'), tenantSchema, 'read', () => false)
  const sql = connection.statement(
    `select device_key, recorded_at / 60000 as minute, avg(v0), avg(v1), avg(v2), avg(v3) from reading
     where device_key in (select device_key from device) and recorded_at >= ? and recorded_at < ? group by 1, 2`,
    'arrays',
  )
  const [sql_ms, sqlRows] = await best(3, () => sql.all(query.from, query.to).length)
  const [store_ms, series] = await best(3, () => store.buckets(localTenant, query))
  const points = series.reduce((sum, one) => sum + one.times.length, 0)
  if (points !== sqlRows * 4) throw new Error(`${points} points, but ${sqlRows} rows of four by SQL`)
  const report = (name: string, ms: number) =>
    console.log(`  ${name}: ${ms.toFixed(0)} ms, ${(ms / sql_ms).toFixed(2)} of SQL`)
  console.log(`1-minute averages of 24 h, 100 devices, four channels (${points} points):`)
  report('SQL by hand, GROUP BY', sql_ms)
  report('buckets, hours clean', store_ms)
  report('buckets, nothing rolled up', raw_ms)
  connection.close()

  const seconds = days * 86_400
  await timed(`${seconds} readings of one device at 1 Hz written`, async () => {
    for (let from = 0; from < seconds; from += batchSize) {
      const readings = Array.from({ length: Math.min(batchSize, seconds - from) }, (_, k) => {
        const recordedAt = end - (seconds - from - k) * 1000
        return {
          id: undefined,
          device: 'boiler',
          recordedAt,
          receivedAt: end,
          values: { temperature: Math.sin(k / 100) },
        }
      })
      await waiting
      waiting = store.append(long, batchOf(readings).batch, { unknownDevices: 'create' })
    }
    await waiting
  })
  await timed('rolled up', async () => {
    while (await store.maintain(long)) {}
  })
  const chart = {
    devices: ['boiler'],
    from: end - days * day_ms,
    to: end,
    bucket_ms: 3_600_000 * Math.max(1, Math.ceil((days * 24) / 600)),
    aggregates: ['avg', 'min', 'max'] as Aggregate[],
  }
  const [chart_ms, [drawn]] = await best(3, () => store.buckets(long, chart))
  const [zoom_ms] = await best(3, () =>
    store.buckets(long, { ...chart, from: end - day_ms - 12_345, to: end - 12_345, bucket_ms: 120_000 }),
  )
  console.log(
    `chart of ${days} days of 1 Hz (${seconds} readings): ${drawn?.times.length} points in ${chart_ms.toFixed(1)} ms`,
  )
  console.log(`chart of one day of it, 2-minute buckets: ${zoom_ms.toFixed(1)} ms`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
