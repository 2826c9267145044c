// What a person sees when something fails, and the exit code a program sees. A stack trace is shown only with
// MILLRACE_DEBUG=1.

import { BugError, InputError, messageOf, NotFoundError, UnavailableError } from '#core/errors.ts'
import type { Paint } from './io.ts'

/** The user pressed Ctrl-C, or the process was asked to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

export const exitCodes = { ok: 0, partly: 1, input: 2, notFound: 3, unavailable: 4, bug: 70, interrupted: 130 } as const

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return exitCodes.interrupted
  if (error instanceof InputError) return exitCodes.input
  if (error instanceof NotFoundError) return exitCodes.notFound
  if (error instanceof UnavailableError) return exitCodes.unavailable
  return exitCodes.bug
}

/** The lines for stderr; '' when there is nothing to say. */
export function failureText(error: unknown, paint: Paint, debug: boolean): string {
  if (error instanceof Interrupted) return ''
  const [first = '', ...more] = messageOf(error).split('\n')
  const known = error instanceof InputError || error instanceof NotFoundError || error instanceof UnavailableError
  const issues =
    error instanceof InputError ? error.issues.filter(({ message }) => !messageOf(error).includes(message)) : []
  const lines = [`${paint.red('error:')} ${first}`, ...more.map((line) => `       ${line}`)]
  for (const { field, message } of issues.slice(0, 10)) lines.push(`       ${paint.bold(field)}: ${message}`)
  const hint = known ? undefined : bugHint(error, debug)
  if (hint) lines.push(`${paint.dim('hint:')}  ${hint}`)
  if (debug && error instanceof Error) lines.push(paint.dim(error.stack ?? ''), ...causes(error))
  return `${lines.join('\n')}\n`
}

function bugHint(error: unknown, debug: boolean): string | undefined {
  const code = (error as NodeJS.ErrnoException)?.code
  if (code === 'ENOSPC') return 'the disk is full'
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'this user may not write there'
  if (debug) return undefined
  return `${error instanceof BugError ? 'this is a mistake of ours' : 'this was not expected'}; MILLRACE_DEBUG=1 shows where it happened`
}

const causes = (error: Error) =>
  error.cause instanceof Error ? [`caused by ${error.cause.stack ?? error.cause.message}`] : []
