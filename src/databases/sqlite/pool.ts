// Threads that answer calls: a queue in front, a bounded number of calls on the way to each thread, and a new thread
// when one dies. Calls that still wait in the queue are dropped when their caller gives up.

import { Worker } from 'node:worker_threads'
import { UnavailableError } from '#core/errors.ts'
import { type Answer, type Call, fromWire } from './wire.ts'

export type PoolOptions = {
  readonly mode: 'write' | 'read'
  readonly threads: number
  /** Calls that a thread has at hand: two keep a writer from waiting for the main thread between commits. */
  readonly ahead: number
  readonly openFiles: number
  /** Most calls that wait. More are refused with UnavailableError. */
  readonly waiting: number
}

export type Pool = {
  run(call: Omit<Call, 'id'>, transfer: readonly ArrayBuffer[], signal?: AbortSignal): Promise<unknown>
  /** Waits for what runs, closes the files and ends the threads. Calls that wait are refused. */
  close(): Promise<void>
}

type Pending = {
  readonly call: Call
  readonly transfer: readonly ArrayBuffer[]
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly release: () => void
}
type Thread = {
  readonly worker: Worker
  readonly cancelled: Int32Array
  readonly running: Map<number, Pending>
  ended: Promise<void>
}

export function openPool({ mode, threads: size, ahead, openFiles, waiting: limit }: PoolOptions): Pool {
  const threads: Thread[] = []
  const waiting: Pending[] = []
  let nextId = 1
  let closing = false

  function start(): Thread {
    const cancelled = new Int32Array(new SharedArrayBuffer(4))
    const workerData = { mode, openFiles, cancelled }
    // Flags of the main program, such as --input-type, are none of the thread's business.
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, execArgv: [] })
    worker.setMaxListeners(0)
    const running = new Map<number, Pending>()
    let cause: unknown
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    const thread: Thread = { worker, cancelled, running, ended }
    worker.on('message', (answer: Answer) => {
      const pending = running.get(answer.id)
      if (!pending) return
      running.delete(answer.id)
      pending.release()
      if (answer.error) pending.reject(fromWire(answer.error))
      else pending.resolve(answer.value)
      dispatch()
    })
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', () => {
      threads.splice(threads.indexOf(thread), 1)
      for (const pending of running.values()) {
        pending.release()
        pending.reject(new UnavailableError('the database thread ended; what it was asked may be repeated', { cause }))
      }
      running.clear()
      if (!closing) dispatch()
    })
    // The pool is kept alive by whoever awaits its answers, not by its threads.
    worker.unref()
    threads.push(thread)
    return thread
  }

  function dispatch(): void {
    while (waiting.length > 0) {
      let thread = threads.length < size && threads.every((t) => t.running.size > 0) ? start() : threads[0]!
      for (const other of threads) if (other.running.size < thread.running.size) thread = other
      if (thread.running.size >= ahead) return
      const pending = waiting.shift()!
      thread.running.set(pending.call.id, pending)
      thread.worker.ref()
      try {
        thread.worker.postMessage(pending.call, pending.transfer)
      } catch (error) {
        thread.running.delete(pending.call.id)
        pending.release()
        pending.reject(error)
      }
    }
    for (const thread of threads) if (thread.running.size === 0) thread.worker.unref()
  }

  return {
    run(call, transfer, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        if (closing) return reject(new UnavailableError('the database is closed'))
        if (waiting.length >= limit) {
          return reject(new UnavailableError(`${limit} calls already wait for the database: send less, or later`))
        }
        const id = nextId
        nextId = (nextId % 0x7fffffff) + 1
        const giveUp = () => {
          const at = waiting.findIndex((pending) => pending.call.id === id)
          if (at >= 0) waiting.splice(at, 1)[0]!.release()
          else if (mode === 'write') return
          // A read that runs is told to stop; its thread answers for itself. A write is never torn.
          for (const thread of threads) if (thread.running.has(id)) Atomics.store(thread.cancelled, 0, id)
          reject(signal!.reason)
        }
        signal?.addEventListener('abort', giveUp, { once: true })
        const release = () => signal?.removeEventListener('abort', giveUp)
        waiting.push({ call: { ...call, id }, transfer, resolve, reject, release })
        dispatch()
      })
    },
    async close() {
      closing = true
      for (const pending of waiting.splice(0)) {
        pending.release()
        pending.reject(new UnavailableError('the database is closed'))
      }
      await Promise.all(
        threads.map((thread) => {
          thread.worker.ref()
          thread.worker.postMessage('close')
          return thread.ended
        }),
      )
    },
  }
}
