// Ingestion over HTTP against its ceiling in the same run: NDJSON, 1,000 readings per request, random UUIDs as ids,
// four channels, answered after the commit; the server in a process of its own. Ceilings: the same rows written
// straight into the same schema by the best statement, 1,000 per transaction, and the store's own append.
//
//   node bench/ingest.ts [readings, default 200000] [connections, default 8] [sqlite|postgres]
//   PostgreSQL joins in when MILLRACE_TEST_POSTGRES is set:  eval "$(scripts/services env)"

import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '#app/clock.ts'
import { tenantOf } from '#core/tenant.ts'
import { scratchDatabase, whyNoPostgres } from '#databases/postgres/testing.ts'
import { openSqlite } from '#databases/sqlite/index.ts'
import { catalogues } from '#stores/catalogue/registry.ts'
import { type BatchReading, batchOf } from '#stores/series/batch.ts'
import { seriesStores } from '#stores/series/registry.ts'
import type { SeriesStore } from '#stores/series/store.ts'
import { straightPostgres, straightSqlite } from './straight.ts'

const total = Number(process.argv[2] ?? 200_000)
const connections = Number(process.argv[3] ?? 8)
const only = process.argv[4]
const size = 1_000
const tenant = tenantOf('local')
const append = { unknownDevices: 'create' } as const
const newest = Date.now() - 3_600_000

/** 100 devices, one reading each per second: what a request of 1,000 carries is ten seconds of them. */
const requests: BatchReading[][] = Array.from({ length: Math.ceil(total / size) }, (_, r) =>
  Array.from({ length: size }, (_, i) => ({
    id: randomUUID(),
    device: `sensor-${i % 100}`,
    recordedAt: newest - total * 10 + (r * size + i - (i % 100)) * 10,
    receivedAt: newest,
    values: { temperature: 20 + (i % 37) * 0.1, humidity: 40 + (r % 41) * 0.25, pressure: 1013.25, battery: 97.5 },
  })),
)

if (only !== 'postgres') {
  const folders = Array.from({ length: 3 }, () => mkdtempSync(join(tmpdir(), 'millrace-bench-')))
  try {
    const straight = straightSqlite(folders[0]!, requests, false)
    const indexed = straightSqlite(folders[0]!, requests, true)
    const stored = await withSqlite(folders[1]!, appendAll)
    const http = await overHttp('sqlite', folders[2]!)
    report('SQLite', { straight, indexed, stored, http })
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
}

const skip = await whyNoPostgres()
if (skip) console.log(skip)
else if (only !== 'sqlite') {
  const databases = await Promise.all([scratchDatabase(), scratchDatabase(), scratchDatabase()])
  try {
    // The schema is made by the store's own opening.
    await (await databases[0].open())[Symbol.asyncDispose]()
    const straight = await straightPostgres(databases[0].url, requests, false)
    const indexed = await straightPostgres(databases[0].url, requests, true)
    const stored = await withPostgres(databases[1], appendAll)
    const http = await overHttp('postgres', databases[2].url)
    report('PostgreSQL', { straight, indexed, stored, http })
  } finally {
    await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()))
  }
}

type Times = { straight: number; indexed: number; stored: number; http: { seconds: number; latencies: number[] } }

function report(name: string, { straight, indexed, stored, http }: Times) {
  const count = requests.length * size
  const rate = (seconds: number) => `${Math.round(count / seconds).toLocaleString('en')} readings/s`
  const sorted = http.latencies.toSorted((a, b) => a - b)
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!.toFixed(1)
  console.log(`${name}, ${count.toLocaleString('en')} readings, ${size} per request, ${connections} connections`)
  console.log(`  straight, readings alone   ${rate(straight)}`)
  console.log(`  straight, with unique ids  ${rate(indexed)}`)
  console.log(`  the store's append         ${rate(stored)}`)
  console.log(`  over HTTP                  ${rate(http.seconds)}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`)
  const ratio = (seconds: number) => (seconds / http.seconds).toFixed(2)
  console.log(
    `  ratio to readings alone ${ratio(straight)}, with unique ids ${ratio(indexed)}, to append ${ratio(stored)}`,
  )
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

/** As the door does it: two batches under way. */
async function appendAll(store: SeriesStore): Promise<number> {
  const batches = requests.values()
  const writer = async () => {
    for (const readings of batches) {
      const codes = await store.append(tenant, batchOf(readings).batch, append)
      if (codes.some((code) => code !== 0)) throw new Error('the store refused a reading')
    }
  }
  return timed(async () => void (await Promise.all([writer(), writer()])))
}

async function withSqlite(folder: string, work: (store: SeriesStore) => Promise<number>): Promise<number> {
  await using database = await openSqlite({ folder })
  return await work(await (await seriesStores.sqlite())({ database, clock: systemClock }))
}

type Scratch = Awaited<ReturnType<typeof scratchDatabase>>
async function withPostgres(scratch: Scratch, work: (store: SeriesStore) => Promise<number>): Promise<number> {
  await using database = await scratch.open()
  await (await catalogues.postgres())({ database }).createTenant(tenant, newest)
  return await work((await seriesStores.postgres())({ database }))
}

async function overHttp(backend: string, place: string): Promise<Times['http']> {
  // Made beforehand: what is measured is the server, and the client shares its two cores.
  const bodies = requests.map((readings) =>
    Buffer.from(readings.map(({ receivedAt: _, ...reading }) => JSON.stringify(reading)).join('\n')),
  )
  const profile = process.env['MILLRACE_BENCH_PROFILE']
    ? ['--cpu-prof', `--cpu-prof-dir=${process.env['MILLRACE_BENCH_PROFILE']}`]
    : []
  const child = spawn(process.execPath, [...profile, 'test/faults/server.ts', backend, place], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await firstLine(child)
    const agent = new Agent({ keepAlive: true, maxSockets: connections })
    const latencies: number[] = []
    await send(url, agent, Buffer.from('{"device":"warm-up","recordedAt":0,"values":{"a":1}}'), 1)
    const queue = bodies.values()
    const worker = async () => {
      for (const body of queue) {
        const start = performance.now()
        await send(url, agent, body, size)
        latencies.push(performance.now() - start)
      }
    }
    const seconds = await timed(async () => void (await Promise.all(Array.from({ length: connections }, worker))))
    agent.destroy()
    return { seconds, latencies }
  } finally {
    child.kill('SIGINT')
  }
}

function send(url: string, agent: Agent, body: Buffer, expected: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length }
    const asked = request(`${url}/api/v1/telemetry`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const start = Buffer.concat(chunks).subarray(0, 200).toString()
        if (start.includes(`"accepted":${expected},`)) resolve()
        else reject(new Error(`${response.statusCode} ${start}`))
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line
  throw new Error('the server ended before it listened')
}
