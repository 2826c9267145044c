// Live: who wants to know of readings as they are committed. In this process; bounded per listener. Publishing to
// nobody costs one look into a map, because it lies on the path of every reading.

import { UnavailableError } from '#core/errors.ts'
import type { Reading } from '#core/reading.ts'
import type { Tenant } from '#core/tenant.ts'

export type LiveFilter = { readonly devices?: readonly string[] }

export type Live = {
  /** Whether anybody of the tenant listens: readings need not be made for nobody. */
  listened(tenant: Tenant): boolean
  /** Tells the tenant's listeners of accepted readings. Called after the commit. */
  publish(tenant: Tenant, readings: readonly Reading[]): void
  /**
   * Readings as they are committed, in groups. A listener that falls behind loses the oldest ones and is told how
   * many; live charts want the newest, and what was lost here is still in the store. Ends with the signal.
   * Listens from the call on, not from the first `next`. Throws UnavailableError when too many listen.
   */
  subscribe(
    tenant: Tenant,
    filter: LiveFilter,
    signal: AbortSignal,
  ): AsyncIterable<{ readings: Reading[]; lost: number }>
}

/** Readings that wait for one listener; the oldest go when there are more. */
export const waitingLimit = 5_000
/** Listeners of one tenant. */
export const listenerLimit = 1_000

type Listener = { offer(readings: readonly Reading[]): void }

export function createLive(): Live {
  const listeners = new Map<Tenant, Set<Listener>>()
  return {
    listened: (tenant) => listeners.has(tenant),
    publish(tenant, readings) {
      for (const listener of listeners.get(tenant) ?? []) listener.offer(readings)
    },
    subscribe(tenant, filter, signal) {
      const all = listeners.get(tenant) ?? new Set()
      if (all.size >= listenerLimit) {
        throw new UnavailableError(`${listenerLimit} live listeners are connected, which is the limit`, {
          retryAfter_s: 10,
        })
      }
      const mailbox = createMailbox(filter, signal)
      all.add(mailbox)
      listeners.set(tenant, all)
      const leave = () => {
        all.delete(mailbox)
        if (all.size === 0 && listeners.get(tenant) === all) listeners.delete(tenant)
      }
      signal.addEventListener('abort', leave, { once: true })
      if (signal.aborted) leave()
      return mailbox.groups(leave)
    },
  }
}

function createMailbox(filter: LiveFilter, signal: AbortSignal) {
  const wanted = filter.devices && new Set(filter.devices)
  let waiting: Reading[] = []
  let lost = 0
  let wake = () => {}
  signal.addEventListener('abort', () => wake(), { once: true })
  return {
    offer(readings: readonly Reading[]) {
      const before = waiting.length
      for (const reading of readings) if (!wanted || wanted.has(reading.device)) waiting.push(reading)
      if (waiting.length > waitingLimit) {
        const excess = waiting.length - waitingLimit
        waiting = waiting.slice(excess)
        lost += excess
      }
      if (before === 0 && waiting.length > 0) wake()
    },
    async *groups(leave: () => void) {
      try {
        while (!signal.aborted) {
          if (waiting.length === 0) {
            await new Promise<void>((resolve) => {
              wake = resolve
            })
            continue
          }
          const group = { readings: waiting, lost }
          waiting = []
          lost = 0
          yield group
        }
      } finally {
        leave()
      }
    },
  }
}
