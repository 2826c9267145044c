// Live: who wants to know of readings as they are committed. In this process; bounded per listener.

import type { Reading } from '#core/reading.ts'
import type { Tenant } from '#core/tenant.ts'

export type LiveFilter = { readonly devices?: readonly string[] }

export type Live = {
  /** Tells the tenant's listeners of accepted readings. Called after the commit. */
  publish(tenant: Tenant, readings: readonly Reading[]): void
  /**
   * Readings as they are committed, in groups. A listener that falls behind loses the oldest ones and is told how
   * many; live charts want the newest, and what was lost here is still in the store.
   */
  subscribe(
    tenant: Tenant,
    filter: LiveFilter,
    signal: AbortSignal,
  ): AsyncIterable<{ readings: Reading[]; lost: number }>
}
