// Ingest: the one door behind all doors. Checks readings one by one, merges what arrives together into batches,
// stores them exactly once, and answers each event after the commit.
//
// Adaptive group commit: an idle store gets at once what arrives, however little; while it is busy, what arrives
// waits and goes into the next batch together. So batches grow with the load, and nobody waits for a timer. Tenants
// take turns, batch by batch. What waits is bounded: beyond that, callers are told to come again.

import type { Clock } from '#core/clock.ts'
import { BugError, InputError, UnavailableError } from '#core/errors.ts'
import { type Reading, stored, type Verdict } from '#core/reading.ts'
import type { Tenant } from '#core/tenant.ts'
import { type BatchReading, batchOf } from '#stores/series/batch.ts'
import type { SeriesStore } from '#stores/series/store.ts'
import type { Settings } from '../access/settings.ts'
import type { Live } from '../live/live.ts'
import { checkEvent, isFault } from './check.ts'
import { requestEvents_max } from './limits.ts'
import { createMeter, type IngestStats, type Meter } from './stats.ts'

/** A reading on its way in. Without an id, one is derived from device, time and channel names. */
export type IncomingReading = Omit<Reading, 'id' | 'receivedAt'> & { readonly id?: string }

/** `reason` and `field` say why an event was rejected; `id` is '' where a rejected event had none. */
export type EventVerdict = {
  readonly id: string
  readonly verdict: Verdict
  readonly reason?: string
  readonly field?: string
}

export type { IngestStats }

export type Ingest = {
  /** Resolves after the commit. Verdicts in the order of the readings. Throws UnavailableError when it is full. */
  submit(tenant: Tenant, readings: readonly IncomingReading[], signal?: AbortSignal): Promise<EventVerdict[]>
  /** The same for what a door has parsed and nobody has checked; recordedAt may be ISO text. */
  receive(tenant: Tenant, events: readonly unknown[], signal?: AbortSignal): Promise<EventVerdict[]>
  stats(tenant: Tenant): IngestStats
}

/** Readings that may wait: of all tenants, and of one of them. */
const waiting_max = 200_000
const waitingOfTenant_max = 100_000
/** Batches on their way to the store. Three of a tenant: one is written, one is at hand, one is being answered. */
const inFlight_max = 4
const inFlightOfTenant_max = 3
const meters_max = 1_000

type Submission = {
  readonly readings: BatchReading[]
  /** Where each reading's verdict goes. */
  readonly positions: number[] | undefined
  readonly verdicts: EventVerdict[]
  readonly startedAt: number
  readonly rejected: number
  accepted: number
  duplicate: number
  conflicting: number
  taken: number
  answered: number
  settled: boolean
  resolve(verdicts: EventVerdict[]): void
  reject(error: unknown): void
}
type Queue = { readonly tenant: Tenant; waiting: Submission[]; readings: number; inFlight: number }
type Part = { readonly submission: Submission; readonly from: number; readonly to: number }

export type IngestParts = {
  readonly store: SeriesStore
  readonly settings: Settings
  readonly clock: Clock
  readonly live: Live
}

export function createIngest({ store, settings, clock, live }: IngestParts): Ingest {
  /** Tenants with something waiting or in flight; the order is whose turn it is. */
  const queues = new Map<Tenant, Queue>()
  const meters = new Map<Tenant, Meter>()
  let waiting = 0
  let inFlight = 0

  const meterOf = (tenant: Tenant): Meter => {
    const known = meters.get(tenant)
    if (known) return known
    if (meters.size >= meters_max) meters.delete(meters.keys().next().value!)
    const meter = createMeter()
    meters.set(tenant, meter)
    return meter
  }

  function receive(tenant: Tenant, events: readonly unknown[], signal?: AbortSignal): Promise<EventVerdict[]> {
    if (events.length > requestEvents_max) {
      throw new InputError(`${events.length} events in one request; the limit is ${requestEvents_max}`, [], {
        status: 413,
      })
    }
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<EventVerdict[]>()
    const submission = check(events, clock.now(), resolve, reject)
    if (submission.readings.length === 0) {
      settle(tenant, submission)
      return promise
    }
    const queue = queues.get(tenant) ?? { tenant, waiting: [], readings: 0, inFlight: 0 }
    const more = submission.readings.length
    if (waiting + more > waiting_max || queue.readings + more > waitingOfTenant_max) {
      throw new UnavailableError(
        `${queue.readings} readings wait for the database already; send this again in a moment`,
      )
    }
    queues.set(tenant, queue)
    queue.waiting.push(submission)
    queue.readings += more
    waiting += more
    signal?.addEventListener('abort', () => withdraw(queue, submission, signal.reason), { once: true })
    pump()
    return promise
  }

  /** Takes back what has not begun; what has goes on, and only its answer is dropped. */
  function withdraw(queue: Queue, submission: Submission, reason: unknown) {
    if (submission.settled || submission.taken > 0) return
    queue.waiting.splice(queue.waiting.indexOf(submission), 1)
    queue.readings -= submission.readings.length
    waiting -= submission.readings.length
    if (queue.readings === 0 && queue.inFlight === 0) queues.delete(queue.tenant)
    submission.settled = true
    submission.reject(reason)
  }

  function pump() {
    while (inFlight < inFlight_max) {
      const queue = nextQueue()
      if (!queue) return
      // To the end of the line: the next batch is another tenant's.
      queues.delete(queue.tenant)
      queues.set(queue.tenant, queue)
      void write(queue, take(queue))
    }
  }

  function nextQueue(): Queue | undefined {
    for (const queue of queues.values()) {
      if (queue.readings > 0 && queue.inFlight < inFlightOfTenant_max) return queue
    }
    return undefined
  }

  /** The readings that waited longest, up to one batch. */
  function take(queue: Queue): Part[] {
    const parts: Part[] = []
    let room = store.profile.batchLimit
    let finished = 0
    for (const submission of queue.waiting) {
      if (room === 0) break
      const from = submission.taken
      const to = Math.min(submission.readings.length, from + room)
      parts.push({ submission, from, to })
      submission.taken = to
      room -= to - from
      if (to === submission.readings.length) finished++
    }
    queue.waiting.splice(0, finished)
    const count = store.profile.batchLimit - room
    queue.readings -= count
    waiting -= count
    return parts
  }

  async function write(queue: Queue, parts: Part[]) {
    inFlight++
    queue.inFlight++
    try {
      const readings = readingsOf(parts)
      const { batch, ids } = batchOf(readings)
      const { unknownDevices } = await settings.of(queue.tenant)
      const codes = await store.append(queue.tenant, batch, { unknownDevices })
      if (codes.length !== readings.length)
        throw new BugError(`the store answered ${codes.length} of ${readings.length}`)
      answer(queue.tenant, parts, ids, codes)
      if (live.listened(queue.tenant)) publish(queue.tenant, readings, ids, codes)
    } catch (error) {
      for (const { submission } of parts) {
        if (submission.settled) continue
        submission.settled = true
        submission.reject(error)
      }
      drop(queue, parts)
    } finally {
      inFlight--
      queue.inFlight--
      if (queue.readings === 0 && queue.inFlight === 0) queues.delete(queue.tenant)
      pump()
    }
  }

  /** The rest of a submission that has failed need not be written: its sender will send all of it again. */
  function drop(queue: Queue, parts: readonly Part[]) {
    for (const { submission } of parts) {
      const at = queue.waiting.indexOf(submission)
      if (at < 0) continue
      queue.waiting.splice(at, 1)
      const rest = submission.readings.length - submission.taken
      queue.readings -= rest
      waiting -= rest
    }
  }

  function answer(tenant: Tenant, parts: readonly Part[], ids: readonly string[], codes: Uint8Array) {
    let row = 0
    for (const { submission, from, to } of parts) {
      for (let i = from; i < to; i++, row++) {
        const position = submission.positions ? submission.positions[i]! : i
        submission.verdicts[position] = verdictOf(codes[row]!, ids[row]!, submission.readings[i]!)
        if (codes[row] === stored.accepted) submission.accepted++
        else if (codes[row] === stored.duplicate) submission.duplicate++
        else submission.conflicting++
      }
      submission.answered += to - from
      if (submission.answered === submission.readings.length) settle(tenant, submission)
    }
  }

  function settle(tenant: Tenant, submission: Submission) {
    if (submission.settled) return
    submission.settled = true
    const now = clock.now()
    const { accepted, duplicate, rejected, conflicting, startedAt } = submission
    meterOf(tenant).record({ accepted, duplicate, rejected: rejected + conflicting, latency_ms: now - startedAt }, now)
    submission.resolve(submission.verdicts)
  }

  function publish(tenant: Tenant, readings: readonly BatchReading[], ids: readonly string[], codes: Uint8Array) {
    const accepted: Reading[] = []
    for (let i = 0; i < readings.length; i++) {
      if (codes[i] === stored.accepted) accepted.push({ ...readings[i]!, id: ids[i]! })
    }
    if (accepted.length > 0) live.publish(tenant, accepted)
  }

  return {
    submit: async (tenant, readings, signal) => receive(tenant, readings, signal),
    receive: async (tenant, events, signal) => receive(tenant, events, signal),
    stats: (tenant) => (meters.get(tenant) ?? createMeter()).read(queues.get(tenant)?.readings ?? 0, clock.now()),
  }
}

function check(
  events: readonly unknown[],
  now: number,
  resolve: Submission['resolve'],
  reject: Submission['reject'],
): Submission {
  const readings: BatchReading[] = []
  const verdicts: EventVerdict[] = new Array(events.length)
  let positions: number[] | undefined
  for (let i = 0; i < events.length; i++) {
    const checked = checkEvent(events[i], now)
    if (isFault(checked)) {
      // Until the first bad one, a reading's place among the good ones is its place among all.
      positions ??= readings.map((_, at) => at)
      verdicts[i] = { id: idOf(events[i]), verdict: 'rejected', reason: checked.reason, field: checked.field }
    } else {
      readings.push(checked)
      positions?.push(i)
    }
  }
  return {
    readings,
    positions,
    verdicts,
    startedAt: now,
    rejected: events.length - readings.length,
    accepted: 0,
    duplicate: 0,
    conflicting: 0,
    taken: 0,
    answered: 0,
    settled: false,
    resolve,
    reject,
  }
}

/** A rejected event's own id, so that its sender finds it, as far as it is one. */
function idOf(event: unknown): string {
  const id = typeof event === 'object' && event !== null ? (event as { id?: unknown }).id : undefined
  return typeof id === 'string' && id.length <= 128 ? id : ''
}

function readingsOf(parts: readonly Part[]): BatchReading[] {
  const [first] = parts
  if (parts.length === 1 && first!.from === 0 && first!.to === first!.submission.readings.length) {
    return first!.submission.readings
  }
  return parts.flatMap(({ submission, from, to }) => submission.readings.slice(from, to))
}

function verdictOf(code: number, id: string, reading: BatchReading): EventVerdict {
  if (code === stored.accepted) return { id, verdict: 'accepted' }
  if (code === stored.duplicate) return { id, verdict: 'duplicate' }
  if (code === stored.conflict) {
    return { id, verdict: 'rejected', reason: 'this id was used before, for another reading', field: 'id' }
  }
  if (code === stored.tooManyChannels) {
    const reason =
      'too many different channels: a device may have 1,000, a tenant 50,000 sets of them; send the same names every time'
    return { id, verdict: 'rejected', reason, field: 'values' }
  }
  return {
    id,
    verdict: 'rejected',
    reason: `device '${reading.device}' is not registered, and this tenant refuses unknown devices`,
    field: 'device',
  }
}
