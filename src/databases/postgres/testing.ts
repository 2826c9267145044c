// For tests: a database of their own on the server of MILLRACE_TEST_POSTGRES, dropped afterwards.

import { randomBytes } from 'node:crypto'
import postgres, { type Sql } from 'postgres'
import { openPostgres, type PostgresDatabase, type PostgresOptions } from './index.ts'

/** Why tests on PostgreSQL cannot run here; undefined when they can. */
export async function whyNoPostgres(): Promise<string | undefined> {
  const url = process.env['MILLRACE_TEST_POSTGRES']
  if (!url) return 'no PostgreSQL: MILLRACE_TEST_POSTGRES is not set (scripts/services start)'
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => {} })
  try {
    await sql`select 1`
    return undefined
  } catch (error) {
    return `no PostgreSQL at MILLRACE_TEST_POSTGRES: ${error instanceof Error ? error.message : error}`
  } finally {
    await sql.end({ timeout: 1 })
  }
}

export type ScratchDatabase = AsyncDisposable & {
  readonly url: string
  /** As the owner of everything, past row-level security. */
  readonly admin: Sql
  /** As the application: role millrace_app, one connection. */
  readonly app: Sql
  open(options?: Partial<PostgresOptions>): Promise<PostgresDatabase>
}

/** An empty database. Its name carries the process, so that what a killed test left behind can be told. */
export async function scratchDatabase(): Promise<ScratchDatabase> {
  const server = new URL(process.env['MILLRACE_TEST_POSTGRES']!)
  const name = `millrace_test_${process.pid}_${randomBytes(4).toString('hex')}`
  const root = postgres(server.href, { max: 1, onnotice: () => {} })
  await root.unsafe(`create database ${name}`)
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  const quiet = { max: 1, onnotice: () => {}, fetch_types: false }
  const admin = postgres(url, { ...quiet, connection: { search_path: 'millrace' } })
  const app = postgres(url, { ...quiet, connection: { role: 'millrace_app', search_path: 'millrace' } })
  return {
    url,
    admin,
    app,
    open: (options) => openPostgres({ url, connections: 8, ...options }),
    async [Symbol.asyncDispose]() {
      await Promise.all([admin.end({ timeout: 1 }), app.end({ timeout: 1 })])
      await root.unsafe(`drop database if exists ${name} with (force)`)
      await root.end({ timeout: 1 })
    },
  }
}
