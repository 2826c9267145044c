// Fits in a thread of its own, which an abort ends at once. Few at a time: each takes a core and a copy of its frame.

import { Worker } from 'node:worker_threads'
import { BugError, InputError, type Issue, UnavailableError } from '#core/errors.ts'
import type { FitRequest, Fitted, Progress } from './fit.ts'

export type Fit = (request: FitRequest, options: { signal?: AbortSignal; progress?: Progress }) => Promise<Fitted>

type Message = {
  readonly progress?: readonly [number, string]
  readonly fitted?: Fitted
  readonly failed?: { input: boolean; message: string; issues: Issue[]; stack?: string }
}

const together_max = 2
let together = 0

export const fitInThread: Fit = async (request, { signal, progress }) => {
  signal?.throwIfAborted()
  if (together >= together_max) throw new UnavailableError('two twins are being fitted already', { retryAfter_s: 5 })
  together++
  const worker = new Worker(new URL('./fit-worker.ts', import.meta.url), { workerData: request })
  const { promise, resolve, reject } = Promise.withResolvers<Fitted>()
  const abort = () => reject(signal!.reason)
  signal?.addEventListener('abort', abort, { once: true })
  worker.on('message', (message: Message) => {
    if (message.progress) progress?.(...message.progress)
    if (message.fitted) resolve(message.fitted)
    if (message.failed) reject(errorOf(message.failed))
  })
  worker.on('error', (error) => reject(new BugError('the fitting thread failed', { cause: error })))
  worker.on('exit', (code) => reject(new BugError(`the fitting thread ended with code ${code} and no answer`)))
  try {
    return await promise
  } finally {
    together--
    signal?.removeEventListener('abort', abort)
    await worker.terminate()
  }
}

function errorOf({ input, message, issues, stack }: NonNullable<Message['failed']>): Error {
  if (input) return new InputError(message, issues)
  return new BugError(`fitting failed: ${message}`, { cause: stack })
}
