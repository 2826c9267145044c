// Backfill: makes the past of synthetic devices, newest part first, so that the charts of the last hours are whole
// before the week is. A block is the part after which progress is saved; what a crash undoes is made again with the
// same ids, so it comes out as duplicates.

import { setImmediate } from 'node:timers/promises'
import type { IncomingReading } from '../ingest/ingest.ts'
import type { Sender } from './sender.ts'

/** Nominal times in (from, to], every `step_ms`. */
export type Stretch = { readonly from: number; readonly to: number; readonly step_ms: number }

export type BackfillSource = {
  readonly phase_ms: number
  readingAt(time: number): IncomingReading | undefined
}

export type BackfillOptions = {
  readonly sources: readonly BackfillSource[]
  readonly sender: Sender
  readonly batch: number
  readonly signal: AbortSignal
  /** Called when everything after `to` is stored: the rest of the stretch is (from, to]. */
  readonly saved: (to: number) => Promise<void>
}

/** Readings between two savings of progress, and between two looks at the event loop. */
const readingsPerBlock = 20_000
const readingsPerSlice = 500

export async function backfill(stretch: Stretch, options: BackfillOptions): Promise<void> {
  const { sources, sender, signal } = options
  const { step_ms } = stretch
  const steps = Math.max(1, Math.floor(readingsPerBlock / Math.max(1, sources.length)))
  let to = stretch.to
  while (to > stretch.from && !signal.aborted) {
    const from = Math.max(stretch.from, Math.floor((to - 1) / step_ms + 1 - steps) * step_ms)
    await block({ from, to, step_ms }, options)
    // The next block may be made while this one is written; it counts as saved when nothing of it is on its way.
    await sender.idle()
    if (signal.aborted) return
    to = from
    await options.saved(to)
  }
}

async function block({ from, to, step_ms }: Stretch, { sources, sender, batch, signal }: BackfillOptions) {
  let readings: IncomingReading[] = []
  let slice = 0
  for (const { phase_ms, readingAt } of sources) {
    const first = (Math.floor((from - phase_ms) / step_ms) + 1) * step_ms + phase_ms
    for (let time = first; time <= to; time += step_ms) {
      const reading = readingAt(time)
      if (reading) readings.push(reading)
      if (readings.length >= batch) {
        await sender.send(readings, signal)
        readings = []
      }
      if (++slice < readingsPerSlice) continue
      slice = 0
      // Live readings, requests and charts come first.
      await setImmediate()
      if (signal.aborted) return
    }
  }
  await sender.send(readings, signal)
}
