// Opening: migrations by several at once, schemas from the future, logins with and without rights; the pool.

import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { after, test } from 'node:test'
import postgres from 'postgres'
import { InputError, UnavailableError } from '#core/errors.ts'
import { tenantOf } from '#core/tenant.ts'
import { numbersOf, openPostgres, textArrayOf } from './index.ts'
import { migrate, migrations } from './migrations.ts'
import { scratchDatabase, whyNoPostgres } from './testing.ts'

const skip = (await whyNoPostgres()) ?? false
const tenant = tenantOf('local')

test('several processes may start on an empty database at once', { skip }, async () => {
  await using scratch = await scratchDatabase()
  const opened = await Promise.all(Array.from({ length: 6 }, () => scratch.open({ connections: 2 })))
  for (const database of opened) await database[Symbol.asyncDispose]()
  const rows = await scratch.admin`select number from migration order by number`
  deepEqual(
    rows.map((row) => row['number']),
    migrations.map((step) => step.number),
  )
})

test('later migrations are run once, in order, and keep what is there', { skip }, async () => {
  await using scratch = await scratchDatabase()
  await migrate(scratch.admin)
  await scratch.admin`insert into tenant values ('local', 5)`
  const next = migrations.length + 1
  const steps = [...migrations, { number: next, name: 'a colour', statements: 'alter table tenant add colour text' }]
  await Promise.all([migrate(scratch.admin, steps), migrate(scratch.admin, steps)])
  deepEqual([...(await scratch.admin`select * from tenant`)], [{ tenant: 'local', created_at: '5', colour: null }])
  const broken = [...steps, { number: next + 1, name: 'broken', statements: 'create table half (a int); nonsense' }]
  await rejects(migrate(scratch.admin, broken))
  // The whole step is undone, and the version stays.
  equal((await scratch.admin`select to_regclass('millrace.half') as half`)[0]?.['half'], null)
  equal((await scratch.admin`select max(number) as n from migration`)[0]?.['n'], next)
  await rejects(scratch.open(), (error) => error instanceof InputError && /version 2/.test(error.message))
})

test('an application login without rights works once the owner has prepared the schema', { skip }, async () => {
  await using scratch = await scratchDatabase()
  const login = `millrace_login_${process.pid}`
  const url = Object.assign(new URL(scratch.url), { username: login, password: 'secret' }).href
  await scratch.admin.unsafe(`create role ${login} login password 'secret' nosuperuser`)
  try {
    await rejects(openPostgres({ url }), (error) => error instanceof InputError && /owner/.test(error.message))
    await using first = await openPostgres({ url: scratch.url, connections: 2 })
    equal(first.location.includes('millrace:'), false)
    await scratch.admin.unsafe(`grant millrace_app to ${login}`)
    await using database = await openPostgres({ url, ownerUrl: scratch.url, connections: 2 })
    deepEqual(
      [...(await database.read(tenant, (sql) => sql`select current_user::text as name from (select 1) one`))],
      [{ name: 'millrace_app' }],
    )
    // Prepared already: the owner is no longer needed.
    await using again = await openPostgres({ url, connections: 2 })
    await again.write(tenant, (sql) => sql`insert into document values ('local', 'k', 'n', 1, '1')`)
  } finally {
    await scratch.admin.unsafe(`drop owned by ${login}; drop role ${login}`)
  }
})

test('says in the errors of the house what cannot be reached or done', { skip }, async () => {
  await rejects(openPostgres({ url: 'postgres://a:b@127.0.0.1:1/x' }), UnavailableError)
  await using scratch = await scratchDatabase()
  await rejects(openPostgres({ url: `${scratch.url}_not_there` }), UnavailableError)
  await rejects(openPostgres({ url: scratch.url.replace(/:[^:@]+@/, ':wrong@') }), UnavailableError)
  await using database = await scratch.open({ statementTimeout_ms: 100 })
  await rejects(
    database.read(tenant, (sql) => sql`select pg_sleep(5)`),
    (error) => error instanceof UnavailableError && /too long/.test(error.message),
  )
  await rejects(
    database.read(tenant, (sql) => sql`insert into document values ('local', 'k', 'n', 1, '1')`),
    UnavailableError,
  )
})

test('a slow read delays no write, and no more connections are opened than allowed', { skip }, async () => {
  await using scratch = await scratchDatabase()
  await using database = await scratch.open({ connections: 4 })
  const slow = Array.from({ length: 5 }, () => database.read(tenant, (sql) => sql`select pg_sleep(0.3)`))
  const start = performance.now()
  await Promise.all(Array.from({ length: 20 }, () => database.call((sql) => sql`select 1`)))
  equal(performance.now() - start < 250, true)
  const [row] = await scratch.admin`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and application_name = 'millrace'`
  equal(row!['count'], 4)
  await Promise.all(slow)
})

test('a setting ends with its transaction', { skip }, async () => {
  await using scratch = await scratchDatabase()
  await using database = await scratch.open({ connections: 2 })
  await database.write(tenant, (sql) => sql`insert into document values ('local', 'k', 'n', 1, '1')`)
  await database.call((sql) => sql`select key from device_keys('local', '{a}', '{1}', true)`)
  deepEqual([...(await database.call((sql) => sql`select * from document`))], [])
  deepEqual([...(await database.call((sql) => sql`select * from device`))], [])
  deepEqual([...(await database.catalogue((sql) => sql`select * from document`))], [])
})

test('arrays survive the way there and back', { skip }, async () => {
  const sql = postgres(process.env['MILLRACE_TEST_POSTGRES']!, { max: 1, fetch_types: false })
  after(() => sql.end())
  const texts = ['', 'a b', '"', '\\', 'null', '{}', ',', "'; --", 'größe ☂ 𝕏', '\n']
  const [row] = await sql`select array_to_json(${textArrayOf(texts)}::text[]) as texts, '{}'::float8[] as empty`
  deepEqual(row!['texts'], texts)
  equal(numbersOf(row!['empty']).length, 0)
  deepEqual([...numbersOf('{1,-0,2.5e-300}')], [1, -0, 2.5e-300])
  match(textArrayOf([]), /^{}$/)
})
