// What the client and the server throw, as the four errors of the house.

import postgres from 'postgres'
import { BugError, InputError, messageOf, NotFoundError, UnavailableError } from '#core/errors.ts'

/** Classes and codes of SQLSTATE (PostgreSQL 15, appendix A) that a repeat may mend. */
const retryable = /^(08|40|53|57|58)|^(55P03|25P03|25006)$/

/** Codes that the client and the network give when there is no server at the other end, or no longer. */
const connection =
  /^(CONNECTION_CLOSED|CONNECTION_ENDED|CONNECTION_DESTROYED|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)$/

/** The error that crosses the port for anything that was thrown below it. */
export function portErrorOf(error: unknown): Error {
  if (error instanceof InputError || error instanceof UnavailableError || error instanceof NotFoundError) return error
  if (error instanceof BugError) return error
  const code = codeOf(error)
  if (code === '57014') {
    return new UnavailableError('PostgreSQL stopped the statement because it took too long: ask for less at once', {
      cause: error,
    })
  }
  if (connection.test(code) || retryable.test(code)) {
    return new UnavailableError(`PostgreSQL cannot be used now: ${messageOf(error)}`, { cause: error })
  }
  if (code === '28P01' || code === '28000' || code === '3D000') {
    return new UnavailableError(`PostgreSQL refused the connection: ${messageOf(error)}`, {
      cause: error,
      retryAfter_s: 30,
    })
  }
  // 22021: a text with a NUL, which PostgreSQL cannot hold.
  if (code === '22021') {
    return new InputError(`a text holds a character that cannot be stored: ${messageOf(error)}`, [], { cause: error })
  }
  return new BugError(`PostgreSQL: ${messageOf(error)}`, { cause: error })
}

/** Whether the connection that this came from is gone. */
export const isConnectionLost = (error: unknown): boolean => {
  const code = codeOf(error)
  return connection.test(code) || /^(08|57P)/.test(code)
}

/** SQLSTATE or the client's own code; '' when there is none. */
export const codeOf = (error: unknown): string =>
  error instanceof postgres.PostgresError || (error instanceof Error && 'code' in error) ? String(error.code) : ''
