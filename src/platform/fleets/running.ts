// One fleet while it runs: its live stream and, beside it, the history that is still missing.

import { setImmediate } from 'node:timers/promises'
import type { Clock } from '#core/clock.ts'
import type { Tenant } from '#core/tenant.ts'
import { hour_ms, minute_ms, second_ms } from '#core/time.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { backfill, type Stretch } from './backfill.ts'
import type { Instrument, Synthetic } from './instrument.ts'
import { createLateness } from './lateness.ts'
import { createSchedule } from './schedule.ts'
import { type Counts, createSender } from './sender.ts'
import type { FleetSpecification } from './specification.ts'

/** What of a running fleet outlives the process. */
export type Saved = {
  readonly state: 'running' | 'stopped'
  /** Stretches of the past that are not there yet, oldest first. */
  readonly missing: readonly Stretch[]
  readonly sent: number
  /** Of the last run, for those who look at it after its end. */
  readonly counts?: Counts
}

/** How a fleet runs; a twin is a fleet of one. */
export type Pace = Pick<
  FleetSpecification,
  'fleet' | 'devices' | 'interval_ms' | 'historyInterval_ms' | 'speed' | 'count'
>

export type RunningParts = {
  readonly tenant: Tenant
  readonly specification: Pace
  readonly members: readonly (Instrument & { readonly phase_ms: number })[]
  readonly ingest: Pick<Ingest, 'submit'>
  readonly clock: Clock
  readonly batchLimit: number
  readonly missing: readonly Stretch[]
  /** Nominal time after which the live stream goes on. */
  readonly head: number
  readonly sent: number
  save(saved: Saved): Promise<void>
  log(line: string): void
}

export type RunningFleet = {
  progress(): number
  readonly counts: Readonly<Counts>
  late_ms(): number
  state(): 'backfilling' | 'running' | 'stopped'
  saved(): Saved
  /** Resolves when everything that was on its way is answered. */
  stop(): Promise<void>
}

/** Live readings that are made in one go: some ten milliseconds of work. */
const readingsPerSlice = 500
/** The live stream looks at its schedule this often. */
const tick_ms = 50
/** A sleep that took so much longer than asked for was the computer's: the time between is filled like a restart's. */
const suspended_ms = 10 * second_ms
/** A stream that fell behind by more gives up catching up reading by reading. */
const behind_max_ms = 5 * minute_ms
/** Most readings of a gap that are made at the live interval; longer gaps get the distance of history. */
const fineGapReadings = 50_000

export function runFleet(parts: RunningParts): RunningFleet {
  const { clock, specification, members, batchLimit, log } = parts
  const { interval_ms, speed, count = Number.POSITIVE_INFINITY } = specification
  const counts: Counts = { sent: parts.sent, accepted: 0, duplicate: 0, rejected: 0 }
  const lateness = createLateness()
  const stopped = new AbortController()
  const { signal } = stopped
  const missing = [...parts.missing]
  const planned = Math.max(1, lengthOf(missing))
  const sender = (inFlight: number) =>
    createSender({ ingest: parts.ingest, clock, tenant: parts.tenant, counts, inFlight, log })
  let state: 'running' | 'stopped' = 'running'
  let filling: Promise<void> | undefined

  const saved = (): Saved => ({ state, missing, sent: counts.sent, counts: { ...counts } })

  function fill(): void {
    filling ??= fillAll()
      .catch((error) => log(`fleet '${specification.fleet}': its history stopped: ${error}`))
      .finally(() => {
        filling = undefined
      })
  }

  async function fillAll(): Promise<void> {
    const own = sender(2)
    while (missing.length > 0 && !signal.aborted) {
      const stretch = missing[missing.length - 1]!
      await backfill(stretch, {
        sources: members,
        sender: own,
        batch: Math.min(batchLimit, 2_000),
        signal,
        async saved(to) {
          const at = missing.indexOf(missing.find((m) => m.from === stretch.from && m.step_ms === stretch.step_ms)!)
          if (to > stretch.from) missing[at] = { ...stretch, to }
          else missing.splice(at, 1)
          await parts.save(saved())
        },
      })
    }
    await own.idle()
  }

  async function stream(): Promise<void> {
    const own = sender(16)
    const schedule = createSchedule(
      members.map((m) => m.phase_ms),
      interval_ms,
    )
    const startedAt = clock.now()
    const virtual = (now: number) => Math.min(now, parts.head + (now - startedAt) * speed)
    const wall = (time: number) => Math.max(time, startedAt + (time - parts.head) / speed)
    const liveBatch = Math.min(batchLimit, readingsPerSlice)
    let batch: Synthetic[] = []
    let oldest = Number.NaN
    let produced = counts.sent
    schedule.seek(parts.head)
    const emit = (reading: Synthetic) => {
      if (produced >= count) return
      batch.push(reading)
      produced++
    }
    while (!signal.aborted && produced < count) {
      const until = virtual(clock.now())
      if (until - schedule.time() > behind_max_ms && speed === 1) skip(schedule.time() - 1, until)
      // A clock that was set back: what is sent again on the way is a duplicate.
      if (schedule.time() - until > interval_ms + suspended_ms && speed === 1) schedule.seek(until)
      while (schedule.time() <= until && batch.length < liveBatch && produced < count) {
        const time = schedule.time()
        if (batch.length === 0) oldest = wall(time)
        members[schedule.device()]!.deliver(time, interval_ms, emit)
        schedule.next()
      }
      if (batch.length > 0) {
        const due = oldest
        await own.send(batch, signal, () => lateness.note(clock.now(), clock.now() - due))
        batch = []
        // However far behind, requests and commits have their turn between two batches.
        if (schedule.time() <= virtual(clock.now())) await setImmediate()
        continue
      }
      const asleep = clock.now()
      const wait = Math.max(tick_ms, wall(schedule.time()) - asleep)
      await clock.sleep(Math.min(wait, second_ms), signal)
      const woke = clock.now()
      if (woke - asleep > wait + suspended_ms && speed === 1) skip(asleep, woke)
    }
    await own.idle()
    if (produced >= count && !signal.aborted) {
      state = 'stopped'
      stopped.abort()
    }

    function skip(from: number, to: number): void {
      missing.push(gap(specification, from, to))
      schedule.seek(to)
      fill()
    }
  }

  const streaming = stream().catch((error) => {
    if (!signal.aborted) log(`fleet '${specification.fleet}': its stream stopped: ${error}`)
  })
  fill()
  const settled = streaming.then(async () => {
    await filling
    if (state === 'stopped') await parts.save(saved())
  })

  return {
    counts,
    saved,
    progress: () => Math.min(1, Math.max(0, 1 - lengthOf(missing) / planned)),
    late_ms: () => lateness.worst(clock.now()),
    state: () => (state === 'stopped' ? 'stopped' : missing.length > 0 ? 'backfilling' : 'running'),
    async stop() {
      stopped.abort(new Error('the fleet is stopped'))
      await settled
    },
  }
}

/** The stretch that fills a gap: at the live interval while that stays small, else at the distance of history. */
export function gap(specification: Pace, from: number, to: number): Stretch {
  const { devices, interval_ms, historyInterval_ms } = specification
  const fine = ((to - from) / interval_ms) * devices <= fineGapReadings && to - from <= 2 * hour_ms
  return { from, to, step_ms: fine ? interval_ms : Math.max(interval_ms, historyInterval_ms) }
}

const lengthOf = (stretches: readonly Stretch[]) =>
  stretches.reduce((sum, { from, to, step_ms }) => sum + (to - from) / step_ms, 0)
