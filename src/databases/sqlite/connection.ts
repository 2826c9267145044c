// One open file inside a worker thread: settings, migrations, prepared statements, and what a unit keeps beside it.

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { InputError } from '#core/errors.ts'

/** What a unit's function gets: the file it works on. */
export type Connection = {
  readonly database: DatabaseSync
  /** A prepared statement, made once per connection. Rows come as objects, or as arrays when asked. */
  statement(sql: string, as?: 'objects' | 'arrays'): StatementSync
  /**
   * State that a unit keeps in memory for this file, made on first use. It is dropped when a transaction is rolled
   * back, so it must be possible to make it again from the file alone.
   */
  state<T>(name: string, make: () => T): T
  /** Buffers of these views move to the other thread with the result instead of being copied. */
  transfer(...views: readonly ArrayBufferView[]): void
  /** Whether the caller has given up. For long reads, between rows. */
  cancelled(): boolean
}

export type OpenConnection = Connection & {
  takeTransfers(): ArrayBuffer[]
  forgetState(): void
  close(): void
}

/** The writer's changed pages wait here for the commit; readers read through the map of the file. */
const cacheSize_KiB = { write: 32_768, read: 8_192 }
const mapSize_bytes = 1 << 28
/** Pages of the log after which a commit copies it into the file: 64 MiB. Fewer would copy the same pages more often. */
const checkpoint_pages = 16_000

export function openConnection(
  path: string,
  schema: readonly string[],
  mode: 'write' | 'read',
  cancelled: () => boolean,
): OpenConnection {
  if (mode === 'write') mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path, { readOnly: mode === 'read', timeout: 5_000 })
  try {
    if (mode === 'write') {
      database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = ${checkpoint_pages};
        pragma journal_size_limit = 134217728`)
      migrate(database, path, schema)
    }
    database.exec(
      `pragma cache_size = -${cacheSize_KiB[mode]}; pragma mmap_size = ${mapSize_bytes}; pragma temp_store = memory`,
    )
  } catch (error) {
    database.close()
    throw error
  }
  const statements = new Map<string, StatementSync>()
  const states = new Map<string, unknown>()
  let transfers = new Set<ArrayBuffer>()
  return {
    database,
    statement(sql, as = 'objects') {
      const key = as + sql
      let statement = statements.get(key)
      if (!statement) {
        // Statements are few and written in the code; only queries of many shapes could make them grow.
        if (statements.size >= 500) statements.clear()
        statement = database.prepare(sql)
        if (as === 'arrays') statement.setReturnArrays(true)
        statements.set(key, statement)
      }
      return statement
    },
    state<T>(name: string, make: () => T): T {
      if (!states.has(name)) states.set(name, make())
      return states.get(name) as T
    },
    transfer(...views) {
      for (const view of views) if (view.buffer instanceof ArrayBuffer) transfers.add(view.buffer)
    },
    cancelled,
    takeTransfers() {
      const list = [...transfers]
      transfers = new Set()
      return list
    },
    forgetState: () => states.clear(),
    // The last connection of a file to close copies the log into it.
    close: () => database.close(),
  }
}

/** Brings a file to the newest schema in one transaction. Throws InputError when it is newer than this program. */
export function migrate(database: DatabaseSync, path: string, schema: readonly string[]): void {
  const versionOf = () => (database.prepare('pragma user_version').get() as { user_version: number }).user_version
  if (versionOf() === schema.length) return
  database.exec('begin immediate')
  try {
    const version = versionOf()
    if (version > schema.length) {
      throw new InputError(
        `${path} has schema ${version}, this program knows ${schema.length}: it was written by a newer Millrace, use that one`,
      )
    }
    for (const step of schema.slice(version)) database.exec(step)
    database.exec(`pragma user_version = ${schema.length}`)
    database.exec('commit')
  } catch (error) {
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}
