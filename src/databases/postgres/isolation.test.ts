// Row-level security as the last line: whatever SQL runs as the application's role, one tenant's transaction neither sees
// nor writes another's rows. The probes are drawn from pg_policies, so a new table cannot be forgotten; and each
// probe is shown to fail when its policy is dropped, opened or switched off.

import { deepEqual, equal, notDeepEqual, ok, rejects } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { Sql, TransactionSql } from 'postgres'
import { tenantOf } from '#core/tenant.ts'
import { codeOf } from './failures.ts'
import { type ScratchDatabase, scratchDatabase, whyNoPostgres } from './testing.ts'

const skip = (await whyNoPostgres()) ?? false
const scratch = skip === false ? await seeded() : undefined
after(() => scratch?.[Symbol.asyncDispose]())

type Policy = { readonly table: string; readonly name: string }

/** Every policy of the schema, and how a probe opens the door that it guards. */
async function policiesOf(sql: Sql): Promise<Policy[]> {
  return sql<Policy[]>`
    select tablename as "table", policyname as name from pg_policies where schemaname = 'millrace' order by 1, 2`
}

const doors = (policy: Policy) =>
  policy.name === 'catalogue'
    ? { own: ['millrace.catalogue', 'on'], other: ['millrace.tenant', 'mine'] }
    : { own: ['millrace.tenant', 'mine'], other: ['millrace.tenant', 'other'] }

/** What the policy fails to keep; nothing when it holds. Changes nothing: every probe is rolled back. */
async function violations({ app, admin }: ScratchDatabase, policy: Policy): Promise<string[]> {
  const found: string[] = []
  const { table } = policy
  const { own, other } = doors(policy)
  const [seed] = await admin`select to_jsonb(t) as row from ${admin(table)} t where tenant = 'mine' limit 1`
  if (!seed) return [`${table} has no row to probe with`]
  const insert = (sql: TransactionSql) => sql`
    insert into ${sql(table)} overriding system value
    select * from jsonb_populate_record(null::${sql(table)}, ${sql.json(seed['row'])})`
  const expect = async (what: string, door: readonly string[] | undefined, run: Probe, want: Outcome) => {
    const got = await outcomeOf(app, door, run)
    if (got !== want) found.push(`${table}: ${what}: ${got}, not ${want}`)
  }
  const count = async (sql: TransactionSql) =>
    (await sql`select from ${sql(table)} where tenant = 'mine'`).count > 0 ? 'seen' : 'nothing'
  const change = async (sql: TransactionSql) =>
    (await sql`update ${sql(table)} set tenant = tenant`).count > 0 ? 'changed' : 'nothing'
  const give = async (sql: TransactionSql) =>
    (await sql`update ${sql(table)} set tenant = 'other'`).count > 0 ? 'changed' : 'nothing'
  const remove = async (sql: TransactionSql) =>
    (await sql`delete from ${sql(table)}`).count > 0 ? 'changed' : 'nothing'
  const may = async (right: string) =>
    (await app`select has_table_privilege(${`millrace.${table}`}, ${right}) as yes`)[0]!['yes'] as boolean
  const update = await may('update')
  const del = await may('delete')

  await expect('its own rows', own, count, 'seen')
  await expect('rows of another', other, count, 'nothing')
  await expect('rows with nothing set', undefined, count, 'nothing')
  await expect('rows with an empty setting', [own[0]!, ''], count, 'nothing')
  await expect(
    'a row written for another',
    other,
    async (sql) => ((await insert(sql)).count ? 'changed' : 'nothing'),
    'refused',
  )
  await expect('a change of another', other, change, update ? 'nothing' : 'refused')
  await expect('a deletion of another', other, remove, del ? 'nothing' : 'refused')
  if (policy.name === 'tenant') await expect('a row given away', own, give, 'refused')
  return found
}

type Outcome = 'seen' | 'changed' | 'nothing' | 'refused' | string
type Probe = (sql: TransactionSql) => Promise<Outcome>

async function outcomeOf(app: Sql, door: readonly string[] | undefined, run: Probe): Promise<Outcome> {
  const undo = new Error('undo')
  let outcome: Outcome = ''
  try {
    await app.begin(async (sql) => {
      if (door) await sql`select set_config(${door[0]!}, ${door[1]!}, true)`
      outcome = await run(sql)
      throw undo
    })
  } catch (error) {
    if (error === undo) return outcome
    // insufficient_privilege: no right to the table, or a row that the policy does not admit.
    return codeOf(error) === '42501' ? 'refused' : `failed with ${codeOf(error)}`
  }
  return outcome
}

test('every table has a policy, enabled and forced', { skip }, async () => {
  const { admin } = scratch!
  const tables = await admin`
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as safe, c.relispartition as part,
      (select count(*) from pg_policies p where p.schemaname = 'millrace' and p.tablename = c.relname)::int as policies
    from pg_class c where c.relnamespace = 'millrace'::regnamespace and c.relkind in ('r', 'p')`
  ok(tables.length > 12)
  for (const table of tables) {
    if (table['name'] === 'migration') continue
    ok(table['safe'], `${table['name']} is not enabled and forced`)
    // A partition has none of its own and no grants: it is reached through its parent only.
    equal(table['policies'], table['part'] ? 0 : 1, table['name'])
    if (table['part']) await rejects(scratch!.app`select 1 from ${admin(table['name'])}`, { code: '42501' })
  }
})

test('each policy keeps a tenant to its own rows', { skip }, async () => {
  const policies = await policiesOf(scratch!.admin)
  equal(policies.length, 11)
  for (const policy of policies) deepEqual(await violations(scratch!, policy), [])
})

test('each probe fails when its policy is dropped, opened to all, or switched off', { skip }, async () => {
  const { admin } = scratch!
  for (const policy of await policiesOf(admin)) {
    const { table, name } = policy
    const [was] = await admin`
      select qual, with_check from pg_policies where schemaname = 'millrace' and tablename = ${table}`
    const restore = `create policy ${name} on ${table} using (${was!['qual']}) with check (${was!['with_check']})`
    await admin.unsafe(`drop policy ${name} on ${table}`)
    notDeepEqual(await violations(scratch!, policy), [], `${table}: dropped`)
    await admin.unsafe(`create policy ${name} on ${table} using (true) with check (true)`)
    notDeepEqual(await violations(scratch!, policy), [], `${table}: opened`)
    await admin.unsafe(
      `drop policy ${name} on ${table}; create policy ${name} on ${table} using (${was!['qual']}) with check (true)`,
    )
    notDeepEqual(await violations(scratch!, policy), [], `${table}: writes opened`)
    await admin.unsafe(`drop policy ${name} on ${table}; ${restore}; alter table ${table} disable row level security`)
    notDeepEqual(await violations(scratch!, policy), [], `${table}: switched off`)
    await admin.unsafe(`alter table ${table} enable row level security`)
    deepEqual(await violations(scratch!, policy), [], `${table}: restored`)
  }
})

test("the application's role owns nothing and has no powers", { skip }, async () => {
  const { admin, app } = scratch!
  const [role] = await admin`
    select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin from pg_roles where rolname = 'millrace_app'`
  deepEqual(Object.values(role!), [false, false, false, false, false])
  const owned = await admin`
    select relname as name from pg_class where relowner = 'millrace_app'::regrole
    union all select proname from pg_proc where proowner = 'millrace_app'::regrole
    union all select nspname from pg_namespace where nspowner = 'millrace_app'::regrole`
  deepEqual([...owned], [])
  for (const statement of [
    'create table millrace.mine (a int)',
    'drop table millrace.reading',
    'alter table millrace.reading disable row level security',
    'drop policy tenant on millrace.reading',
    'truncate millrace.ledger',
    'insert into millrace.migration (number, name) values (9, $$x$$)',
  ]) {
    await rejects(app.unsafe(statement), { code: '42501' }, statement)
  }
})

test('the function with the rights of the owner creates partitions by its rule and no others', { skip }, async () => {
  const { admin, app } = scratch!
  const definers =
    await admin`select proname as name from pg_proc where pronamespace = 'millrace'::regnamespace and prosecdef`
  deepEqual(
    definers.map((row) => row['name']),
    ['ensure_partition'],
  )
  for (const time of [-1, 7_258_118_400_001, Number.NaN, Number.POSITIVE_INFINITY]) {
    await rejects(app`select ensure_partition(${String(time)}::float8)`, `${time}`)
  }
  const year = 31_556_952_000
  for (let time = 0; time < 7.25e12; time += year / 5) await app`select ensure_partition(${time}::float8)`
  const [{ count } = { count: 0 }] = await admin`
    select count(*)::int as count from pg_inherits where inhparent = 'millrace.reading'::regclass`
  ok(count <= 561, `${count} partitions`)
})

/** One row of tenant 'mine' at least in every table, written the way the product writes. */
async function seeded(): Promise<ScratchDatabase> {
  const made = await scratchDatabase()
  await using database = await made.open()
  const mine = tenantOf('mine')
  await database.catalogue(async (sql) => {
    await sql`insert into tenant (tenant, created_at) values (${mine}, 1)`
    await sql`insert into api_key values ('prefix', ${mine}, 'name', 'read', 'hash', 1)`
  })
  const [device] = await database.call((sql) => sql`select key from device_keys(${mine}, '{boiler}', '{1}', true)`)
  const [layout] = await database.call((sql) => sql`select layout_key(${mine}, '{a}') as key`)
  const send = (time: number) =>
    database.call(async (sql) => {
      await sql`select ensure_partition(${time}::float8)`
      await sql`select append(${mine}, ${`{${randomUUID()}}`}, '{1}', ${`{${device!['key']}}`},
        ${`{${layout!['key']}}`}, ${`{${time}}`}, ${`{${time}}`}, '{"{1.5}"}', null, null,
        ${`{${device!['key']}}`}, ${`{${layout!['key']}}`}, '{1}', ${`{${time}}`}, ${`{${time}}`}, ${`{${time}}`},
        ${`{${time}}`}, '{"{1.5}"}', ${`{${device!['key']}}`}, ${`{${time - (time % 3_600_000)}}`})`
    })
  await send(1_700_000_000_000)
  await database.call((sql) => sql`select claim_stale(${mine}, 10)`)
  await database.call((sql) => sql`select rebuild_rollups(${mine}, 10)`)
  await send(1_700_000_000_001)
  await database.write(mine, (sql) => sql`insert into document values (${mine}, 'kind', 'name', 1, '{}')`)
  return made
}
