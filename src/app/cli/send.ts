// Sends readings of files through the telemetry door in batches, and counts what became of them.

import { createHash } from 'node:crypto'
import type { Frame } from '#core/series.ts'
import { channels_max } from '#platform/ingest/limits.ts'
import { sendTelemetry } from '#platform/ingest/operations.ts'
import type { Caller } from './caller.ts'

export type OutgoingReading = { id?: string; device: string; recordedAt: number; values: Record<string, number> }

export type Tally = {
  accepted: number
  duplicate: number
  rejected: number
  /** Readings by device. */
  devices: Map<string, number>
  /** Reasons of rejection with their number; the first 10 kinds. */
  reasons: Map<string, number>
}

const batchReadings = 2_000
const namedReasons = 10

type Answer = {
  events: readonly { index: number; verdict: 'accepted' | 'duplicate' | 'rejected'; reason?: string; field?: string }[]
}

/** One reading per row that has a value; rows with more channels than a reading may have become several. */
export function readingsOf(device: string, { times, channels }: Frame): OutgoingReading[] {
  const readings: OutgoingReading[] = []
  for (let row = 0; row < times.length; row++) {
    for (let first = 0; first < channels.length; first += channels_max) {
      const values: Record<string, number> = {}
      let filled = false
      for (let c = first; c < Math.min(first + channels_max, channels.length); c++) {
        const value = channels[c]!.values[row]!
        if (Number.isNaN(value)) continue
        values[channels[c]!.name] = value
        filled = true
      }
      if (filled) readings.push({ device, recordedAt: times[row]!, values })
    }
  }
  return readings
}

/**
 * Sends them all and adds to the tally. Two rows of a file may share device, time and channels and still differ: the
 * derived id of the second is then taken, and it is sent again under an id derived from its values too.
 */
export async function sendReadings(
  caller: Caller,
  readings: readonly OutgoingReading[],
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < readings.length; at += batchReadings) {
    signal.throwIfAborted()
    const events = readings.slice(at, at + batchReadings)
    const answer = (await caller.document(sendTelemetry, { events }, signal)) as Answer
    const taken = count(answer, tally, true).map((index) => withOwnId(events[index]!))
    if (taken.length > 0)
      count((await caller.document(sendTelemetry, { events: taken }, signal)) as Answer, tally, false)
  }
}

/** Counts verdicts; gives the places of those whose id was taken, when they may be tried again. */
function count({ events }: Answer, tally: Tally, again: boolean): number[] {
  const taken: number[] = []
  for (const { index, verdict, reason = '', field } of events) {
    if (verdict === 'rejected' && field === 'id' && again) {
      taken.push(index)
      continue
    }
    tally[verdict]++
    if (verdict === 'rejected' && (tally.reasons.has(reason) || tally.reasons.size < namedReasons))
      tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1)
  }
  return taken
}

/** A UUIDv8 (RFC 9562) of everything that the reading says. */
function withOwnId(reading: OutgoingReading): OutgoingReading {
  const values = Object.entries(reading.values).sort(([a], [b]) => (a < b ? -1 : 1))
  const bytes = createHash('sha256')
    .update(JSON.stringify(['import', reading.device, reading.recordedAt, values]))
    .digest()
    .subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return {
    id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    ...reading,
  }
}
