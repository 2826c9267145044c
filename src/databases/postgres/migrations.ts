// Migrations: numbered, additive, run by the owner at start, one transaction under an advisory lock, so that several
// processes may start at once. A schema that is newer than this program is refused: an old program must not write it.

import type { Sql, TransactionSql } from 'postgres'
import { InputError } from '#core/errors.ts'
import { codeOf } from './failures.ts'
import { functions } from './functions.ts'
import { policies, tables } from './schema.ts'

export type Migration = { readonly number: number; readonly name: string; readonly statements: string }

/** In order, without gaps. What has been released is never edited, only followed by another. */
export const migrations: readonly Migration[] = [
  { number: 1, name: 'tables, policies and functions', statements: `${tables}\n${policies}\n${functions}` },
]

/**
 * Brings the schema up to date. `sql` is the owner's connection. Throws InputError when the schema is newer, or when
 * it is older and the connection may not change it.
 */
export async function migrate(sql: Sql, steps: readonly Migration[] = migrations): Promise<void> {
  const newest = steps.at(-1)?.number ?? 0
  if ((await versionOf(sql, newest)) === newest) return
  try {
    await ensureRole(sql)
    await sql.begin(async (transaction) => {
      await transaction`select pg_advisory_xact_lock(7412, 0)`
      await transaction.unsafe(`
        create schema if not exists millrace;
        set local search_path = millrace, pg_temp;
        create table if not exists migration (
          number integer primary key, name text not null, applied_at timestamptz not null default now());`)
      const from = await versionOf(transaction, newest)
      for (const step of steps) {
        if (step.number <= from) continue
        await transaction.unsafe(step.statements)
        await transaction`insert into millrace.migration (number, name) values (${step.number}, ${step.name})`
      }
    })
  } catch (error) {
    if (codeOf(error) !== '42501') throw error
    throw new InputError(
      'the database schema must be brought up to date, and this login may not do it: ' +
        'give the URL of the owner too, which may create schemas and roles (docs/guide/postgres.md)',
      [],
      { cause: error },
    )
  }
}

async function versionOf(sql: Sql | TransactionSql, newest: number): Promise<number> {
  const [schema] = await sql`select to_regclass('millrace.migration') is not null as there`
  if (!schema?.there) return 0
  const [row] = await sql`select coalesce(max(number), 0) as version from millrace.migration`
  const version: number = row?.version
  if (version > newest) {
    throw new InputError(
      `the database schema has version ${version}, and this Millrace knows versions up to ${newest}: ` +
        'start the newer Millrace that wrote it',
    )
  }
  return version
}

/**
 * The role that the application runs as. Roles belong to the whole server, and locks to one database: another process
 * that prepares another database may be faster, which is as good.
 */
async function ensureRole(sql: Sql): Promise<void> {
  const attempts = [
    `do $$ begin
       if not exists (select 1 from pg_roles where rolname = 'millrace_app') then
         create role millrace_app nologin nosuperuser nocreatedb nocreaterole nobypassrls noinherit;
       end if;
     end $$`,
    `do $$ begin
       if not pg_has_role(current_user, 'millrace_app', 'member') then
         execute format('grant millrace_app to %I', current_user);
       end if;
     end $$`,
  ]
  for (const statement of attempts) {
    for (let attempt = 1; ; attempt++) {
      try {
        await sql.unsafe(statement)
        break
      } catch (error) {
        // Created by another at the same moment: unique_violation, duplicate_object, tuple concurrently updated.
        if (attempt === 5 || !['23505', '42710', 'XX000'].includes(codeOf(error))) throw error
      }
    }
  }
}
