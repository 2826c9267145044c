// Designs of the id ledger on PostgreSQL, measured alone: no readings, only "have I seen this id?" for batches of 1,000
// ids on top of many that are stored. Figures: docs/adr/0004-postgres-id-ledger.md.
//
//   eval "$(scripts/services env)"; node bench/postgres-ledger.ts [stored ids, default 1000000] [batches, default 200] [part of a name]

import { randomBytes } from 'node:crypto'
import type { Sql } from 'postgres'
import { scratchDatabase, whyNoPostgres } from '#databases/postgres/testing.ts'

const stored = Number(process.argv[2] ?? 1_000_000)
const batches = Number(process.argv[3] ?? 200)
const only = process.argv[4] ?? ''
const size = 1_000

type Design = {
  readonly name: string
  readonly create: string
  readonly index: string
  /** Parameters: ids, payloads, tenant. */
  readonly insert: string
  /** Every so many batches, in the measured time. */
  readonly settle?: { readonly every: number; readonly statement: string }
}

const columns = 'id uuid not null, payload bigint not null, tenant text collate "C" not null'
const incoming = 'select n.id, n.payload, $3::text from unnest($1::uuid[], $2::bigint[]) n (id, payload)'
const designs: Design[] = [
  {
    name: 'one table, key (id, tenant), ids sorted',
    create: `create table ledger (${columns})`,
    index: 'alter table ledger add primary key (id, tenant)',
    insert: `insert into ledger ${incoming} order by n.id on conflict do nothing returning id`,
  },
  {
    name: 'the same, ids as they come',
    create: `create table ledger (${columns})`,
    index: 'alter table ledger add primary key (id, tenant)',
    insert: `insert into ledger ${incoming} on conflict do nothing returning id`,
  },
  {
    name: 'one table, key (tenant, id)',
    create: `create table ledger (${columns})`,
    index: 'alter table ledger add primary key (tenant, id)',
    insert: `insert into ledger ${incoming} order by n.id on conflict do nothing returning id`,
  },
  {
    name: 'one table, fillfactor 70',
    create: `create table ledger (${columns})`,
    index: 'alter table ledger add primary key (id, tenant) with (fillfactor = 70)',
    insert: `insert into ledger ${incoming} order by n.id on conflict do nothing returning id`,
  },
  {
    name: '16 hash partitions',
    create: `create table ledger (${columns}) partition by hash (id); ${Array.from(
      { length: 16 },
      (_, i) => `create table ledger_${i} partition of ledger for values with (modulus 16, remainder ${i})`,
    ).join(';')}`,
    index: 'alter table ledger add primary key (id, tenant)',
    insert: `insert into ledger ${incoming} order by n.id on conflict do nothing returning id`,
  },
  {
    name: 'hash index (exclusion constraint)',
    create: `create table ledger (${columns})`,
    index: 'alter table ledger add exclude using hash (id with =)',
    insert: `insert into ledger ${incoming} order by n.id on conflict do nothing returning id`,
  },
  {
    name: 'two levels: new ids in a small table, merged in order every 100 batches',
    create: `create table ledger (${columns}); create table fresh (${columns}, primary key (id, tenant))`,
    index: 'alter table ledger add primary key (id, tenant)',
    insert: `insert into fresh ${incoming} where not exists (
      select from ledger l where l.id = n.id and l.tenant = $3::text) order by n.id on conflict do nothing returning id`,
    settle: { every: 100, statement: 'insert into ledger select * from fresh order by id; truncate fresh' },
  },
]

const reason = await whyNoPostgres()
if (reason) throw new Error(reason)
console.log(`${stored} ids stored, then ${batches} batches of ${size}; one connection, commit after each\n`)
console.log('| design | ids | rows/s | WAL bytes/row | MB |\n|---|---|---|---|---|')
for (const design of designs) {
  for (const kind of ['UUIDv4', 'UUIDv7'] as const) {
    if (!`${design.name} ${kind}`.includes(only)) continue
    await using scratch = await scratchDatabase()
    const sql = scratch.admin
    await sql.unsafe(`set search_path = public; ${design.create}`)
    const clock = { now: 1_790_000_000_000 }
    // Stored ones of the same kind: random, or of an hour that ended just before the batches begin.
    const id =
      kind === 'UUIDv4'
        ? 'gen_random_uuid()'
        : `(lpad(to_hex(${clock.now - 1} - ${stored} + i), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' ||
            substr(md5(i::text), 5, 15))::uuid`
    await sql.unsafe(`insert into ledger select ${id}, i, 'local' from generate_series(1, ${stored}) i`)
    await sql.unsafe(design.index)
    await sql.unsafe('vacuum analyze ledger')
    await sql.unsafe('checkpoint')
    const arrays = Array.from({ length: batches }, () => batchOf(kind, clock))
    const wal = () => sql`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes`
    const [before] = await wal()
    const start = performance.now()
    await run(sql, design, arrays)
    const seconds = (performance.now() - start) / 1000
    const [after] = await wal()
    const [{ mb }] = (await sql`
      select (sum(pg_total_relation_size(oid)) / 1e6)::float8 as mb from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r'`) as unknown as [{ mb: number }]
    const rows = batches * size
    console.log(
      `| ${design.name} | ${kind} | ${Math.round(rows / seconds)} | ${Math.round((after!.bytes - before!.bytes) / rows)} | ${Math.round(mb)} |`,
    )
  }
}

async function run(sql: Sql, design: Design, arrays: readonly string[]): Promise<void> {
  const payloads = `{${Array.from({ length: size }, (_, i) => i * 1_000_003)}}`
  for (const [i, ids] of arrays.entries()) {
    await sql.unsafe(design.insert, [ids, payloads, 'local'], { prepare: true })
    if (design.settle && (i + 1) % design.settle.every === 0)
      await sql.unsafe(`begin; ${design.settle.statement}; commit`)
  }
}

function batchOf(kind: 'UUIDv4' | 'UUIDv7', clock: { now: number }): string {
  const ids: string[] = []
  for (let i = 0; i < size; i++) {
    const random = randomBytes(16).toString('hex')
    // A hundred ids per millisecond.
    clock.now += 0.01
    const time = Math.floor(clock.now).toString(16).padStart(12, '0')
    ids.push(kind === 'UUIDv4' ? random : `${time}7${random.slice(13)}`)
  }
  return `{${ids.join(',')}}`
}
