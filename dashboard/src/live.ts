// Live readings by server-sent events over fetch (EventSource cannot send a key). One connection per page; lost ones come
// back by themselves, later and later. Readings are handed on in groups, at most five times a second: calm and cheap.

import { useEffect, useRef, useSyncExternalStore } from 'react'
import { ApiError, type Reading, request, urlOf } from './api.ts'
import { learnClock } from './clock.ts'
import { eventParser } from './events.ts'

export type LiveStatus = 'connecting' | 'open' | 'lost'

const flush_ms = 200
const silence_ms = 45_000
const backoff_max_ms = 15_000
/** More than this between two flushes and the oldest are dropped: a chart wants the newest. */
const buffer_max = 20_000

let status: LiveStatus = 'connecting'
const statusListeners = new Set<() => void>()

export const useLiveStatus = (): LiveStatus =>
  useSyncExternalStore(
    (listener) => {
      statusListeners.add(listener)
      return () => statusListeners.delete(listener)
    },
    () => status,
  )

/** Follows the devices (all when undefined, none when empty) and calls `listener` with what arrives. */
export function useLive(devices: readonly string[] | undefined, listener: (readings: Reading[]) => void): void {
  const latest = useRef(listener)
  latest.current = listener
  const key = devices?.join(',') ?? '*'
  useEffect(() => {
    if (key === '') return
    const control = new AbortController()
    void follow(key === '*' ? undefined : key.split(','), (readings) => latest.current(readings), control.signal)
    return () => control.abort()
  }, [key])
}

/** Reads the stream until the signal ends it. */
export async function follow(
  devices: readonly string[] | undefined,
  listener: (readings: Reading[]) => void,
  signal: AbortSignal,
): Promise<void> {
  let pending: Reading[] = []
  const timer = setInterval(() => {
    if (pending.length === 0) return
    const group = pending
    pending = []
    listener(group)
  }, flush_ms)
  signal.addEventListener('abort', () => clearInterval(timer))
  let wait_ms = 500
  while (!signal.aborted) {
    try {
      await readStream(
        devices,
        signal,
        () => {
          wait_ms = 500
          setStatus('open')
        },
        (readings) => {
          for (const reading of readings) pending.push(reading)
          if (pending.length > buffer_max) pending = pending.slice(-buffer_max)
          const newest = readings.at(-1)
          if (newest) learnClock(newest.receivedAt)
        },
      )
    } catch (error) {
      if (signal.aborted) break
      if (error instanceof ApiError && error.status === 401) break
    }
    if (signal.aborted) break
    setStatus('lost')
    await pause(wait_ms, signal)
    wait_ms = Math.min(wait_ms * 2, backoff_max_ms)
  }
  clearInterval(timer)
}

async function readStream(
  devices: readonly string[] | undefined,
  signal: AbortSignal,
  opened: () => void,
  take: (readings: readonly Reading[]) => void,
): Promise<void> {
  // The server speaks at least every 15 s; a connection that is silent for longer is dead although nobody said so.
  const watchdog = new AbortController()
  let timer = setTimeout(() => watchdog.abort(), silence_ms)
  const response = await request(urlOf('/live', { devices }), {
    headers: { accept: 'text/event-stream' },
    signal: AbortSignal.any([signal, watchdog.signal]),
  })
  opened()
  const parse = eventParser((event, data) => {
    if (event === 'readings') take((JSON.parse(data) as { readings: Reading[] }).readings)
  })
  const decoder = new TextDecoder()
  const reader = response.body!.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(timer)
      timer = setTimeout(() => watchdog.abort(), silence_ms)
      parse(decoder.decode(value, { stream: true }))
    }
  } finally {
    clearTimeout(timer)
  }
}

function setStatus(next: LiveStatus): void {
  if (status === next) return
  status = next
  for (const listener of statusListeners) listener()
}

const pause = (wait_ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, wait_ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
    addEventListener('online', () => resolve(), { once: true })
  })
