// Sender: takes batches of synthetic readings to the door, a bounded number of them at once, waits out a store that is
// away, and counts what became of every reading.

import type { Clock } from '#core/clock.ts'
import { messageOf, UnavailableError } from '#core/errors.ts'
import type { Tenant } from '#core/tenant.ts'
import type { IncomingReading, Ingest } from '../ingest/ingest.ts'

export type Counts = { sent: number; accepted: number; duplicate: number; rejected: number }

export type Sender = {
  /**
   * Resolves when the batch is on its way: at once, or when one of those before it has been answered. `done` is
   * called after the commit. A batch that is refused as a whole is counted as rejected and logged, never thrown.
   */
  send(readings: readonly IncomingReading[], signal: AbortSignal, done?: () => void): Promise<void>
  /** Resolves when nothing is on its way. */
  idle(): Promise<void>
}

export type SenderParts = {
  readonly ingest: Pick<Ingest, 'submit'>
  readonly clock: Clock
  readonly tenant: Tenant
  readonly counts: Counts
  /** Batches on their way at once. */
  readonly inFlight: number
  readonly log: (line: string) => void
}

export function createSender({ ingest, clock, tenant, counts, inFlight, log }: SenderParts): Sender {
  const flying = new Set<Promise<void>>()

  async function submit(readings: readonly IncomingReading[], signal: AbortSignal, done?: () => void): Promise<void> {
    for (;;) {
      try {
        const verdicts = await ingest.submit(tenant, readings)
        counts.sent += readings.length
        for (const { verdict } of verdicts) counts[verdict]++
        const refused = verdicts.find((v) => v.verdict === 'rejected')
        if (refused) log(`a synthetic reading was rejected: ${refused.reason}`)
        done?.()
        return
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof UnavailableError)) {
          counts.sent += readings.length
          counts.rejected += readings.length
          log(`${readings.length} synthetic readings were not taken: ${messageOf(error)}`)
          return
        }
        await clock.sleep(error.retryAfter_s * 1000, signal).catch(() => {})
      }
    }
  }

  return {
    async send(readings, signal, done) {
      if (readings.length === 0) return
      while (flying.size >= inFlight) await Promise.race(flying)
      if (signal.aborted) return
      const flight = submit(readings, signal, done).finally(() => flying.delete(flight))
      flying.add(flight)
    },
    async idle() {
      await Promise.all(flying)
    },
  }
}
