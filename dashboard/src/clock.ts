// The server's clock as far as the live stream shows it, and one shared ticker for everything that says 'ago'.

import { useSyncExternalStore } from 'react'

let offset_ms = 0
let tick = 0
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

/** Now by the server's clock, epoch ms: a phone whose clock is wrong still tells live from silent. */
export const serverNow = (): number => Date.now() + offset_ms

/** Tells what the server's clock was just now. Small differences are the way here, not the clock. */
export function learnClock(receivedAt: number): void {
  const difference_ms = receivedAt - Date.now()
  if (Math.abs(difference_ms - offset_ms) > 2_000) offset_ms = Math.abs(difference_ms) > 2_000 ? difference_ms : 0
}

/** Server time, renewed every second in all components at once. */
export function useNow(): number {
  useSyncExternalStore(subscribe, () => tick)
  return serverNow()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    tick++
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
