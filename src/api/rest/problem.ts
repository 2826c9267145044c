// Errors as RFC 9457 problem documents: the one place where the four errors, and whatever else was thrown, become HTTP.

import { BugError, InputError, type Issue, messageOf, NotFoundError, UnavailableError } from '#core/errors.ts'

export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly issues: readonly Issue[]
}

export const problemType = 'application/problem+json; charset=utf-8'

const titles: Record<number, string> = {
  400: 'The request is not right',
  401: 'An API key is needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not available in that form',
  408: 'The request took too long',
  409: 'Conflict',
  413: 'Too much at once',
  415: 'The body is of a type that is not taken',
  431: 'The headers are too large',
  500: 'Our mistake',
  503: 'Not now',
}

/** The problem that an error is. Nothing of an unexpected error's text or stack leaves the house. */
export function problemOf(error: unknown): { problem: Problem; headers: Record<string, string>; unexpected: boolean } {
  const status = statusOf(error)
  const unexpected = status === 500
  const headers: Record<string, string> = {}
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="millrace"'
  if (error instanceof UnavailableError) headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfter_s)))
  return {
    problem: {
      type: 'about:blank',
      title: titles[status] ?? titles[400]!,
      status,
      detail: unexpected ? 'Something went wrong here. The log of the server says what.' : messageOf(error),
      issues: error instanceof InputError ? error.issues : [],
    },
    headers,
    unexpected,
  }
}

function statusOf(error: unknown): number {
  if (error instanceof InputError) return error.status
  if (error instanceof NotFoundError) return 404
  if (error instanceof UnavailableError) return 503
  if (error instanceof BugError) return 500
  // What the HTTP library itself refuses (a path that cannot be decoded, a body cut short) says so in statusCode.
  const status = (error as { statusCode?: unknown } | null)?.statusCode
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}
