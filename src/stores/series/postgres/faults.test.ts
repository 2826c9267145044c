// What is promised when something breaks: a connection cut in the middle of an append, an append aborted, a client killed
// with kill -9, a server killed and started again. Nothing that was acknowledged is lost, nothing is stored twice, and a
// repeat answers truly.

import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { UnavailableError } from '#core/errors.ts'
import { stored } from '#core/reading.ts'
import { tenantOf } from '#core/tenant.ts'
import { openPostgres } from '#databases/postgres/index.ts'
import { type ScratchDatabase, scratchDatabase, whyNoPostgres } from '#databases/postgres/testing.ts'
import { batchOf } from '../batch.ts'
import type { SeriesStore } from '../store.ts'
import openStore from './index.ts'

const skip = (await whyNoPostgres()) ?? false
const tenant = tenantOf('local')
const start = Date.UTC(2023, 10, 14)
const create = { unknownDevices: 'create' } as const

const batch = (ids: readonly string[]) =>
  batchOf(
    ids.map((id, i) => ({ id, device: `d${i % 7}`, recordedAt: start + i, receivedAt: start + i, values: { a: i } })),
  ).batch
const freshIds = (count: number) => Array.from({ length: count }, () => randomUUID())
const storedCount = async (store: SeriesStore) => {
  let count = 0
  for (let i = 0; i < 7; i++) count += (await store.extent(tenant, `d${i}`))?.count ?? 0
  return count
}

test('a connection cut during an append: unavailable, nothing stored, a repeat is accepted', { skip }, async () => {
  await using scratch = await scratchDatabase()
  await using database = await scratch.open()
  const store = openStore({ database })
  await store.append(tenant, batch(freshIds(7)), create)
  const ids = freshIds(50)
  const failed = await heldBack(scratch, ids[20]!, async () => {
    const failing = rejects(store.append(tenant, batch(ids), create), UnavailableError)
    await untilBlocked(scratch)
    await cut(scratch)
    await failing
  })
  equal(failed, undefined)
  equal(await storedCount(store), 7)
  ok((await store.append(tenant, batch(ids), create)).every((code) => code === stored.accepted))
  ok((await store.append(tenant, batch(ids), create)).every((code) => code === stored.duplicate))
  equal(await storedCount(store), 57)
})

test('an append aborted while it runs stores nothing and frees its connection', { skip }, async () => {
  await using scratch = await scratchDatabase()
  await using database = await scratch.open({ connections: 2 })
  const store = openStore({ database })
  await store.append(tenant, batch(freshIds(7)), create)
  const ids = freshIds(50)
  const abort = new AbortController()
  await heldBack(scratch, ids[20]!, async () => {
    const failing = rejects(store.append(tenant, batch(ids), { ...create, signal: abort.signal }), /enough/)
    await untilBlocked(scratch)
    abort.abort(new Error('enough'))
    await failing
  })
  equal(await storedCount(store), 7)
  ok((await store.append(tenant, batch(ids), create)).every((code) => code === stored.accepted))
})

test('a month that was dropped while it is remembered is made again', { skip }, async () => {
  await using scratch = await scratchDatabase()
  await using database = await scratch.open()
  const store = openStore({ database })
  const ids = freshIds(7)
  await store.append(tenant, batch(ids), create)
  await scratch.admin`drop table reading_2023_11`
  ok((await store.append(tenant, batch(freshIds(7)), create)).every((code) => code === stored.accepted))
  // Ids count for ever, also those of readings that are gone.
  ok((await store.append(tenant, batch(ids), create)).every((code) => code === stored.duplicate))
})

test('several processes maintain while others append: rollups end up true', { skip }, async () => {
  await using scratch = await scratchDatabase()
  const databases = await Promise.all(Array.from({ length: 3 }, () => scratch.open({ connections: 4 })))
  const stores = databases.map((database) => openStore({ database, hoursPerMaintain: 2 }))
  let writing = true
  const maintainers = stores.map(async (store) => {
    while (writing) await store.maintain(tenant)
  })
  await Promise.all(
    stores.map(async (store, process) => {
      for (let i = 0; i < 40; i++) {
        const readings = Array.from({ length: 20 }, (_, k) => ({
          id: randomUUID(),
          device: 'd0',
          recordedAt: start + ((i * 7 + k) % 6) * 3_600_000 + process * 1000 + i * 10_000 + k,
          receivedAt: start,
          values: { a: 1 },
        }))
        await store.append(tenant, batchOf(readings).batch, create)
      }
    }),
  )
  writing = false
  await Promise.all(maintainers)
  const count = async () => {
    const query = { devices: ['d0'], from: start, to: start + 86_400_000, aggregates: ['count'] as const }
    const [series] = await stores[0]!.buckets(tenant, { ...query, bucket_ms: 3_600_000 })
    return series!.columns.count!.reduce((sum, n) => sum + n, 0)
  }
  equal(await count(), 3 * 40 * 20)
  while (await stores[0]!.maintain(tenant)) {}
  equal((await scratch.admin`select count(*)::int as left from stale`)[0]!['left'], 0)
  equal(await count(), 3 * 40 * 20)
  for (const database of databases) await database[Symbol.asyncDispose]()
})

test('connections cut at random: every reading is stored once, whatever was answered', { skip }, async () => {
  await using scratch = await scratchDatabase()
  await using database = await scratch.open()
  const store = openStore({ database })
  await store.append(tenant, batch(freshIds(7)), create)
  let done = false
  const cutter = (async () => {
    while (!done) {
      await new Promise((resolve) => setTimeout(resolve, randomInt(20, 80)))
      await cut(scratch)
    }
  })()
  let repeats = 0
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let i = 0; i < 25; i++) {
        const ids = freshIds(200)
        for (;;) {
          try {
            const codes = await store.append(tenant, batch(ids), create)
            // All of a batch or nothing of it: its commit may have been done before the cut, never half.
            ok(codes.every((code) => code === codes[0]))
            break
          } catch (error) {
            ok(error instanceof UnavailableError, String(error))
            repeats++
          }
        }
      }
    }),
  )
  done = true
  await cutter
  ok(repeats > 0, 'nothing was ever cut')
  equal(await storedCount(store), 7 + 3 * 25 * 200)
})

test('kill -9 of a client during ingestion loses nothing that it was told is stored', { skip }, async () => {
  await using scratch = await scratchDatabase()
  await using database = await scratch.open()
  const store = openStore({ database })
  const acknowledged: string[] = []
  for (let round = 0; round < 4; round++) {
    const client = spawn(process.execPath, [join(import.meta.dirname, 'faults-client.ts'), scratch.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(client, 'exit')
    let answers = 0
    for await (const line of createInterface({ input: client.stdout })) {
      acknowledged.push(...line.split(' '))
      if (++answers === 10) setTimeout(() => client.kill('SIGKILL'), randomInt(0, 40))
    }
    equal((await exited)[1], 'SIGKILL')
  }
  ok(acknowledged.length >= 4 * 10 * 100)
  await scratch.admin`analyze`
  const [row] = await scratch.admin`
    select count(*)::int as readings, count(distinct id)::int as ids from reading
    where id = any (${`{${acknowledged.join(',')}}`}::uuid[])`
  deepEqual(row, { readings: acknowledged.length, ids: acknowledged.length })
  // Ledger, readings and states were committed together.
  const [all] = await scratch.admin`
    select (select count(*) from reading)::int as readings, (select count(*) from ledger)::int as ids,
      (select sum(count) from device_state)::int as states`
  deepEqual([all!['ids'], all!['states']], [all!['readings'], all!['readings']])
  equal(await storedCount(store), all!['readings'])
})

test('a killed server: unavailable while it is away, back without a restart of ours, nothing lost', {
  skip,
}, async () => {
  const port = await freePort()
  const services = (action: string) => {
    const { status, stderr } = spawnSync('bash', ['scripts/services', action, 'postgres'], {
      env: { ...process.env, MILLRACE_SERVICES_NAME: `test-${port}`, MILLRACE_SERVICES_POSTGRES_PORT: String(port) },
      encoding: 'utf8',
    })
    equal(status, 0, stderr)
  }
  services('start')
  let running = true
  try {
    const url = `postgres://millrace:millrace@127.0.0.1:${port}/postgres`
    await using database = await openPostgres({ url, connections: 4 })
    const store = openStore({ database })
    const acknowledged: string[][] = []
    let failures = 0
    const writing = (async () => {
      while (running) {
        const ids = freshIds(100)
        try {
          await store.append(tenant, batch(ids), create)
          acknowledged.push(ids)
        } catch (error) {
          ok(error instanceof UnavailableError, String(error))
          failures++
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }
    })()
    for (const action of ['kill', 'stop']) {
      const before = acknowledged.length
      while (acknowledged.length < before + 20) await new Promise((resolve) => setTimeout(resolve, 5))
      services(action)
      await rejects(store.latest(tenant), UnavailableError)
      services('start')
    }
    const before = acknowledged.length
    while (acknowledged.length < before + 5) await new Promise((resolve) => setTimeout(resolve, 5))
    running = false
    await writing
    ok(failures > 0)
    for (const ids of acknowledged) {
      ok((await store.append(tenant, batch(ids), create)).every((code) => code === stored.duplicate))
    }
    ok((await storedCount(store)) >= acknowledged.length * 100)
  } finally {
    running = false
    services('remove')
  }
})

/** Runs while another transaction holds an id, so that an append of it waits. */
async function heldBack<T>({ admin }: ScratchDatabase, id: string, run: () => Promise<T>): Promise<T | undefined> {
  const undo = new Error('undo')
  let result: T | undefined
  await admin
    .begin(async (sql) => {
      await sql`insert into ledger (id, payload, tenant) values (${id}, 1, ${tenant})`
      result = await run()
      throw undo
    })
    .catch((error) => {
      if (error !== undo) throw error
    })
  return result
}

async function untilBlocked({ app }: ScratchDatabase): Promise<void> {
  for (;;) {
    const [row] =
      await app`select count(*)::int as waiting from pg_locks where not granted and locktype = 'transactionid'`
    if (row!['waiting'] > 0) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Ends every connection of the application, as a failing network or an administrator would. */
async function cut({ url }: ScratchDatabase): Promise<void> {
  const { default: postgres } = await import('postgres')
  const sql = postgres(url, { max: 1 })
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'millrace'`
  await sql.end()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}
