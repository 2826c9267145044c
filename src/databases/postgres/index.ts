// A PostgreSQL database: connections, schema, and the transactions in which a tenant's data may be touched.
//
// Application connections run as the role `millrace_app` from their first statement (a startup option), so that row-level
// security holds even when the login is a superuser or the owner. Appends and reads have connections of their own: a slow
// query never stalls a door. docs/guide/postgres.md says how to use two logins.

import postgres, { type Sql, type TransactionSql } from 'postgres'
import { UnavailableError } from '#core/errors.ts'
import type { Tenant } from '#core/tenant.ts'
import { portErrorOf } from './failures.ts'
import { migrate } from './migrations.ts'
import { type Pool, poolOf } from './pool.ts'

const snapshot = 'isolation level repeatable read read only'

export type PostgresOptions = {
  /** postgres://login:password@host:port/database of the application. */
  readonly url: string
  /** The login that owns the schema, where it is another one: used at start for migrations. */
  readonly ownerUrl?: string
  /** Most connections of this process, 2 .. 100, half for writing and half for reading; default 10. */
  readonly connections?: number
  /** Longest statement, ms; default 60,000. */
  readonly statementTimeout_ms?: number
}

type Run<S, T> = (sql: S) => Promise<T>

export type PostgresDatabase = AsyncDisposable & {
  /** host:port/database, for people. */
  readonly location: string
  /** Functions that are a transaction of their own and set their tenant themselves. */
  call<T>(run: Run<Sql, T>): Promise<T>
  /** One transaction with one snapshot that sees one tenant and writes nothing. */
  read<T>(tenant: Tenant, run: Run<TransactionSql, T>): Promise<T>
  /** One transaction that sees and writes one tenant. */
  write<T>(tenant: Tenant, run: Run<TransactionSql, T>): Promise<T>
  /** One transaction that sees tenants and keys, and nothing of any tenant. */
  catalogue<T>(run: Run<TransactionSql, T>): Promise<T>
}

/**
 * Connects, and brings the schema up to date. Throws UnavailableError when the server cannot be reached, InputError when
 * the schema is newer than this program or may not be changed. A lost connection is replaced at the next call.
 */
export async function openPostgres(options: PostgresOptions): Promise<PostgresDatabase> {
  await prepare(options.ownerUrl ?? options.url)
  const half = Math.ceil(Math.min(100, Math.max(2, options.connections ?? 10)) / 2)
  const writers = connectionsOf(options, half)
  const readers = connectionsOf(options, half)
  /** One transaction that begins by setting one of our variables. */
  const within = <T>(pool: Pool, mode: string, variable: string, value: string, run: Run<TransactionSql, T>) =>
    guarded(() =>
      pool.use(
        (sql) =>
          sql.begin(mode, async (transaction) => {
            await transaction`select set_config(${variable}, ${value}, true)`
            return run(transaction)
          }) as Promise<T>,
      ),
    )
  const database: PostgresDatabase = {
    location: locationOf(options.url),
    call: (run) => guarded(() => writers.use(run)),
    read: (tenant, run) => within(readers, snapshot, 'millrace.tenant', tenant, run),
    write: (tenant, run) => within(writers, '', 'millrace.tenant', tenant, run),
    catalogue: (run) => within(readers, '', 'millrace.catalogue', 'on', run),
    async [Symbol.asyncDispose]() {
      await Promise.all([writers[Symbol.asyncDispose](), readers[Symbol.asyncDispose]()])
    },
  }
  try {
    await guarded(() => writers.use(refusePower))
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
  return database
}

/** '{1,2,3}': an array as PostgreSQL reads it. The client's own way costs a quoted string per element. */
export const arrayOf = (items: ArrayLike<number> | readonly string[]): string =>
  `{${Array.prototype.join.call(items, ',')}}`

/** An array of texts, each quoted. */
export const textArrayOf = (items: readonly string[]): string =>
  `{${items.map((item) => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`

/** Numbers of '{1,2.5}'. */
export function numbersOf(text: string): Float64Array {
  if (text.length <= 2) return new Float64Array(0)
  return Float64Array.from(text.slice(1, -1).split(','), Number)
}

const connectionsOf = (options: PostgresOptions, size: number): Pool =>
  poolOf(options.url, size, {
    connect_timeout: 5,
    fetch_types: false,
    backoff: (retries) => Math.min(1, 0.02 * 2 ** Math.min(retries, 6)),
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    connection: {
      application_name: 'millrace',
      role: 'millrace_app',
      search_path: 'millrace',
      timezone: 'UTC',
      // Compiling a plan over many partitions takes a second; these statements run for milliseconds.
      jit: 'off',
      statement_timeout: options.statementTimeout_ms ?? 60_000,
      idle_in_transaction_session_timeout: 60_000,
    },
  })

async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw portErrorOf(error)
  }
}

async function prepare(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} })
  try {
    await migrate(sql)
  } catch (error) {
    throw portErrorOf(error)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** A pooler in between may drop startup options; then row-level security would not hold, and nothing may start. */
async function refusePower(sql: Sql): Promise<void> {
  const [who] = await sql`
    select current_user as name, rolsuper or rolbypassrls as above from pg_roles where rolname = current_user`
  if (who?.name !== 'millrace_app' || who.above) {
    throw new UnavailableError(
      `PostgreSQL runs this connection as '${who?.name}' and not as 'millrace_app': row-level security would not hold. ` +
        'Connect without a pooler that drops startup options',
      { retryAfter_s: 60 },
    )
  }
}

function locationOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
