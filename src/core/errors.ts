// The four errors. Every door maps them to its own protocol in one place; nothing else crosses a port.

/** One thing that is wrong with an input: where, what, and what would be right. */
export type Issue = {
  /** Path of the field, as the caller wrote it: `values.temperature`, `line 37`, `--step`. */
  readonly field: string
  /** What is wrong and what would be right, in one sentence. */
  readonly message: string
}

/** The caller can mend it. HTTP 400 (or `status`), exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly issues: readonly Issue[]
  /** HTTP status where 400 is not the right one: 401, 403, 409, 413, 415. */
  readonly status: number

  constructor(message: string, issues: readonly Issue[] = [], options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.issues = issues
    this.status = options.status ?? 400
  }
}

/** What was asked for is not there (or belongs to another tenant, which must look the same). HTTP 404, exit code 3. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError'
}

/** It may work later. HTTP 503 with Retry-After, exit code 4. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
  /** When to try again, seconds from now. */
  readonly retryAfter_s: number

  constructor(message: string, options: { retryAfter_s?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.retryAfter_s = options.retryAfter_s ?? 1
  }
}

/** Our mistake. HTTP 500, exit code 70. */
export class BugError extends Error {
  override readonly name = 'BugError'
}

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
