// The embedded database: SQLite files in one folder, worked on by threads, so that neither a slow query nor a commit
// ever stalls a door. One thread writes, others read (WAL: readers never wait for the writer, nor it for them).
// A store brings a unit: a module whose functions `(connection, args) => result` run inside a thread.

import { join, resolve } from 'node:path'
import type { Tenant } from '#core/tenant.ts'
import type { Connection } from './connection.ts'
import { type LockNote, lockFolder, readLock } from './lock.ts'
import { openPool } from './pool.ts'
import type { Call } from './wire.ts'

export type { Connection } from './connection.ts'
export { type LockNote, readLock }

/** The catalogue's file, or a tenant's own. */
export type DatabaseFile = 'catalogue' | { readonly tenant: Tenant }

export type CallOptions = {
  readonly signal?: AbortSignal
  /** Views whose buffers move to the thread; the caller must not use them again. */
  readonly transfer?: readonly ArrayBufferView[]
}

/** The functions of a unit as they are called from outside: the connection is replaced by the file. */
export type UnitCalls<M> = {
  readonly [K in keyof M as M[K] extends (connection: Connection, args: never) => unknown ? K : never]: M[K] extends (
    connection: Connection,
    args: infer A,
  ) => infer R
    ? (file: DatabaseFile, args: A, options?: CallOptions) => Promise<R>
    : never
}

export type SqliteDatabase = AsyncDisposable & {
  /** Absolute path. */
  readonly folder: string
  /**
   * The functions of the module at that URL. `write` runs them in the writing thread, each in one transaction that is
   * on disk when the promise resolves; `read` in a reading thread, which sees every write that resolved before.
   */
  unit<M>(module: URL | string): { readonly write: UnitCalls<M>; readonly read: UnitCalls<M> }
  /** Notes in the lock where the server listens, for `readLock`. */
  announce(url: string): void
}

export type SqliteOptions = {
  readonly folder: string
  /** Threads that read; a slow query occupies one. */
  readonly readers?: number
  /** Most files that each thread keeps open. */
  readonly openFiles?: number
}

/**
 * Opens (creates) the folder. Throws UnavailableError when another process has it, InputError when the catalogue was
 * written by a newer program; a tenant's file is checked and migrated when it is first used.
 */
export async function openSqlite({ folder, readers = 2, openFiles = 32 }: SqliteOptions): Promise<SqliteDatabase> {
  const root = resolve(folder)
  const lock = lockFolder(root)
  const writer = openPool({ mode: 'write', threads: 1, ahead: 2, openFiles, waiting: 10_000 })
  const reader = openPool({ mode: 'read', threads: readers, ahead: 1, openFiles, waiting: 10_000 })
  // A file is created and migrated by the writer before a reader opens it.
  const ready = new Map<string, Promise<unknown>>()

  const place = (file: DatabaseFile): Pick<Call, 'path' | 'kind'> =>
    file === 'catalogue'
      ? { path: join(root, 'catalogue.sqlite'), kind: 'catalogue' }
      : { path: join(root, 'tenants', `${file.tenant}.sqlite`), kind: 'tenant' }

  function prepare(file: DatabaseFile): Promise<unknown> {
    const { path, kind } = place(file)
    let promise = ready.get(path)
    if (!promise) {
      promise = writer.run({ path, kind }, [])
      promise.catch(() => ready.delete(path))
      ready.set(path, promise)
    }
    return promise
  }

  const callsOf = (mode: 'write' | 'read', module: string) =>
    new Proxy(
      {},
      {
        get:
          (_, name: string) =>
          async (file: DatabaseFile, args: unknown, { signal, transfer = [] }: CallOptions = {}) => {
            const call = { ...place(file), module, name, args }
            const buffers = [...new Set(transfer.map((view) => view.buffer as ArrayBuffer))]
            if (mode === 'write') return writer.run(call, buffers, signal)
            await prepare(file)
            return reader.run(call, buffers, signal)
          },
      },
    )

  const database: SqliteDatabase = {
    folder: root,
    unit: <M>(module: URL | string) => ({
      write: callsOf('write', String(module)) as UnitCalls<M>,
      read: callsOf('read', String(module)) as UnitCalls<M>,
    }),
    announce: (url) => lock.announce(url),
    async [Symbol.asyncDispose]() {
      // Readers first: the writer's last checkpoint then finds nobody in its way.
      await reader.close()
      await writer.close()
      lock.release()
    },
  }
  try {
    await prepare('catalogue')
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
  return database
}
