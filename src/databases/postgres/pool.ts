// A pool of single connections, each lent to one caller at a time. The client's own pool sends statements of others
// down a connection that is busy, where they wait behind a slow one and fail when they begin a transaction there. And a
// client whose connection was lost answers its next statement with the error of the last: it is replaced by a new one.

import postgres, { type Options, type Sql } from 'postgres'
import { UnavailableError } from '#core/errors.ts'
import { isConnectionLost } from './failures.ts'

export type Pool = AsyncDisposable & {
  /** Lends a connection to `run` until its promise settles. Throws UnavailableError when too many wait. */
  use<T>(run: (sql: Sql) => Promise<T>): Promise<T>
}

/** Callers that wait for a connection, at most. */
const waiting_max = 10_000

/** Connections are made when they are first needed, and anew when they were lost. */
export function poolOf(url: string, size: number, options: Options<Record<string, postgres.PostgresType>>): Pool {
  const make = () => postgres(url, { ...options, max: 1 }) as unknown as Sql
  const all = new Set(Array.from({ length: size }, make))
  const free = [...all]
  const waiting: ((sql: Sql) => void)[] = []
  let ended = false
  const take = (): Sql | Promise<Sql> => {
    if (ended) throw new UnavailableError('the database is being closed')
    // The one that was used last: its connection is open and its statements are prepared.
    const sql = free.pop()
    if (sql) return sql
    if (waiting.length >= waiting_max) {
      throw new UnavailableError(`${waiting_max} requests already wait for a connection to PostgreSQL`)
    }
    return new Promise((resolve) => waiting.push(resolve))
  }
  return {
    async use(run) {
      let sql = await take()
      try {
        return await run(sql)
      } catch (error) {
        if (isConnectionLost(error)) {
          all.delete(sql)
          sql.end({ timeout: 0 }).catch(() => {})
          sql = make()
          all.add(sql)
        }
        throw error
      } finally {
        const next = waiting.shift()
        if (next) next(sql)
        else free.push(sql)
      }
    },
    async [Symbol.asyncDispose]() {
      ended = true
      await Promise.all([...all].map((sql) => sql.end({ timeout: 5 })))
    },
  }
}
