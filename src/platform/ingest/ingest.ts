// Ingest: the one door behind all doors. Checks readings one by one, merges what arrives together into batches,
// stores them exactly once, and answers each event after the commit.

import type { Reading, Verdict } from '#core/reading.ts'
import type { Tenant } from '#core/tenant.ts'

/** A checked reading on its way in. Without an id, one is derived from device, time and channel names. */
export type IncomingReading = Omit<Reading, 'id' | 'receivedAt'> & { readonly id?: string }

export type EventVerdict = { readonly id: string; readonly verdict: Verdict; readonly reason?: string }

export type IngestStats = {
  /** Events since the start. */
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: number
  /** Events per second over the last 10 s. */
  readonly rate: number
  /** Door to commit, ms, of the last few thousand submissions. */
  readonly latency_ms: { readonly p50: number; readonly p99: number }
  /** The last 10 minutes, one entry per second that had events: epoch s, accepted, duplicate, rejected, p99. */
  readonly history: readonly (readonly [number, number, number, number, number])[]
  /** Readings that wait for the database. */
  readonly waiting: number
}

export type Ingest = {
  /** Resolves after the commit. Verdicts in the order of the readings. Throws UnavailableError when it is full. */
  submit(tenant: Tenant, readings: readonly IncomingReading[], signal?: AbortSignal): Promise<EventVerdict[]>
  stats(tenant: Tenant): IngestStats
}
