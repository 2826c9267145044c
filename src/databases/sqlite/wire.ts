// What crosses between the main thread and a worker: calls, results, and errors, which structured cloning would rob of
// their class. SQLite's own codes become one of the four errors here.

import { BugError, InputError, type Issue, messageOf, NotFoundError, UnavailableError } from '#core/errors.ts'

export type Call = {
  readonly id: number
  /** Which file, as its path. */
  readonly path: string
  readonly kind: 'tenant' | 'catalogue'
  /** URL of the module, and the name of the function in it. Without a module the file is only opened. */
  readonly module?: string
  readonly name?: string
  readonly args?: unknown
}
export type Answer = { readonly id: number; readonly value?: unknown; readonly error?: WireError }

export type WireError = {
  readonly name: string
  readonly message: string
  readonly stack?: string
  readonly issues?: readonly Issue[]
  readonly status?: number
  readonly retryAfter_s?: number
}

/** Full disk, failing device, busy or unreadable file: the reading may be sent again. Primary result codes of SQLite. */
const unavailable: Readonly<Record<number, string>> = {
  5: 'the database is busy',
  6: 'the database is locked',
  7: 'memory is exhausted',
  8: 'the database cannot be written',
  10: 'the disk failed',
  11: 'the database file is damaged',
  13: 'the disk is full',
  14: 'the database file cannot be opened',
  26: 'the file is not a database',
}

export function toWire(error: unknown, path: string): WireError {
  const stack = error instanceof Error ? { stack: error.stack } : {}
  if (error instanceof InputError) {
    return { name: 'InputError', message: error.message, issues: error.issues, status: error.status }
  }
  if (error instanceof NotFoundError) return { name: 'NotFoundError', message: error.message }
  if (error instanceof UnavailableError) {
    return { name: 'UnavailableError', message: error.message, retryAfter_s: error.retryAfter_s }
  }
  const code = (error as { errcode?: number } | null)?.errcode
  const reason = typeof code === 'number' ? unavailable[code & 0xff] : undefined
  const system = (error as { code?: string } | null)?.code
  if (reason !== undefined) return { name: 'UnavailableError', message: `${reason} (${path}): ${messageOf(error)}` }
  if (system === 'ENOSPC' || system === 'EACCES' || system === 'EIO' || system === 'EROFS') {
    return { name: 'UnavailableError', message: messageOf(error) }
  }
  return { name: 'BugError', message: messageOf(error), ...stack }
}

export function fromWire(wire: WireError): Error {
  switch (wire.name) {
    case 'InputError':
      return new InputError(wire.message, wire.issues ?? [], { status: wire.status ?? 400 })
    case 'NotFoundError':
      return new NotFoundError(wire.message)
    case 'UnavailableError':
      return new UnavailableError(wire.message, { retryAfter_s: wire.retryAfter_s ?? 1 })
    default:
      return new BugError(wire.message, { cause: wire.stack })
  }
}
