// The door's own behaviour, against a store that can be held: merging, fairness, bounds, giving up, failing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '#core/clock.ts'
import { InputError, UnavailableError } from '#core/errors.ts'
import type { ReadingBatch } from '#core/reading.ts'
import { stored } from '#core/reading.ts'
import { type Tenant, tenantOf } from '#core/tenant.ts'
import type { SeriesStore } from '#stores/series/store.ts'
import type { Settings } from '../access/settings.ts'
import { createLive } from '../live/live.ts'
import { createIngest, type IncomingReading } from './ingest.ts'

const now = Date.UTC(2026, 10, 21)
const acme = tenantOf('acme')
const other = tenantOf('other')

type Append = { tenant: Tenant; count: number; finish: (codes?: Uint8Array) => void; fail: (error: Error) => void }

/** A store whose appends end when the test says so. */
function heldStore(batchLimit = 1000) {
  const appends: Append[] = []
  const store = {
    profile: { name: 'held', location: '', batchLimit, shared: false },
    append(tenant: Tenant, batch: ReadingBatch) {
      return new Promise<Uint8Array>((resolve, fail) => {
        const finish = (codes: Uint8Array = new Uint8Array(batch.count)) => resolve(codes)
        appends.push({ tenant, count: batch.count, finish, fail })
      })
    },
  } as unknown as SeriesStore
  const clock = fakeClock(now)
  const live = createLive()
  const settings: Settings = { of: async () => ({ unknownDevices: 'create' }), put: async (_, value) => value }
  return { appends, clock, live, ingest: createIngest({ store, clock, live, settings }) }
}

const readings = (count: number, device = 'boiler'): IncomingReading[] =>
  Array.from({ length: count }, (_, i) => ({ device, recordedAt: now - i, values: { t: i } }))
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('what arrives while the store is busy goes into the next batch together', async () => {
  const { appends, ingest } = heldStore()
  const answers = Array.from({ length: 12 }, () => ingest.submit(acme, readings(10)))
  await turn()
  assert.deepEqual(
    appends.map(({ count }) => count),
    [10, 10, 10],
    'three batches under way, nine requests wait',
  )
  assert.equal(ingest.stats(acme).waiting, 90)
  appends[0]!.finish()
  await turn()
  assert.deepEqual(
    appends.map(({ count }) => count),
    [10, 10, 10, 90],
  )
  for (const append of appends) append.finish()
  for (const verdicts of await Promise.all(answers)) assert.equal(verdicts.length, 10)
  assert.equal(ingest.stats(acme).accepted, 120)
})

test('a submission larger than a batch is cut, and answered as one, in its order', async () => {
  const { appends, ingest } = heldStore(100)
  const events = readings(250).map((reading, i) => ({ ...reading, id: `event ${i}` }))
  const answer = ingest.submit(acme, events)
  await turn()
  // The second batch ends before the first.
  appends[1]!.finish(new Uint8Array(100).fill(stored.duplicate))
  await turn()
  appends[2]!.finish(new Uint8Array(50).fill(stored.conflict))
  appends[0]!.finish()
  const verdicts = await answer
  assert.deepEqual(
    verdicts.map(({ id }) => id),
    events.map(({ id }) => id),
  )
  assert.deepEqual(
    [verdicts[0]!.verdict, verdicts[100]!.verdict, verdicts[249]!.verdict],
    ['accepted', 'duplicate', 'rejected'],
  )
  const { accepted, duplicate, rejected } = ingest.stats(acme)
  assert.deepEqual([accepted, duplicate, rejected], [100, 100, 50])
})

test('tenants take turns: a flood of one does not hold up the other', async () => {
  const { appends, ingest } = heldStore(10)
  void ingest.submit(acme, readings(100))
  const answer = ingest.submit(other, readings(5))
  await turn()
  assert.deepEqual(
    appends.map(({ tenant }) => tenant),
    [acme, acme, acme, other],
  )
  appends[3]!.finish()
  assert.equal((await answer).length, 5)
  // From now on they alternate.
  const second = ingest.submit(other, readings(20))
  for (const append of appends) append.finish()
  await turn()
  const started = appends.slice(4).map(({ tenant }) => tenant)
  assert.ok(started.indexOf(other) >= 0 && started.indexOf(other) <= 2, `order was ${started}`)
  for (let i = 4; i < appends.length; i++) {
    appends[i]!.finish()
    await turn()
  }
  assert.equal((await second).length, 20)
})

test('what waits is bounded: then callers are told to come again, and what waited is stored all the same', async () => {
  const { appends, ingest } = heldStore(10_000)
  const big = readings(10_000)
  const waiting = Array.from({ length: 13 }, () => ingest.submit(acme, big))
  await assert.rejects(ingest.submit(acme, big), (error) => error instanceof UnavailableError && error.retryAfter_s > 0)
  // Another tenant still has room.
  const elsewhere = ingest.submit(other, readings(1))
  for (let i = 0; i < 14; i++) {
    await turn()
    appends[i]!.finish()
  }
  assert.equal((await Promise.all(waiting)).flat().length, 130_000)
  assert.equal((await elsewhere).length, 1)
})

test('who gives up while waiting is taken out; what is under way goes on', async () => {
  const { appends, ingest } = heldStore(10)
  const first = ingest.submit(acme, readings(10))
  const second = ingest.submit(acme, readings(10))
  const another = ingest.submit(acme, readings(10))
  const stop = new AbortController()
  const third = ingest.submit(acme, readings(10), stop.signal)
  await turn()
  stop.abort(new Error('gone'))
  await assert.rejects(third, /gone/)
  assert.equal(ingest.stats(acme).waiting, 0)
  for (const append of appends) append.finish()
  await Promise.all([first, second, another])
  await turn()
  assert.equal(appends.length, 3, 'what was taken out is not written')
})

test('when the store fails, everybody whose readings it had is told, and the next are tried', async () => {
  const { appends, ingest } = heldStore(100)
  const cut = ingest.submit(acme, readings(250))
  cut.catch(() => {})
  await turn()
  appends[0]!.fail(new UnavailableError('the disk is full'))
  await assert.rejects(cut, /disk is full/)
  await turn()
  assert.equal(ingest.stats(acme).waiting, 0, 'the rest of what failed is not kept')
  const next = ingest.submit(acme, readings(3))
  await turn()
  for (const append of appends.slice(1)) append.finish()
  assert.equal((await next).length, 3)
})

test('good and bad readings of one submission keep their places', async () => {
  const { appends, ingest } = heldStore()
  const good = readings(3)
  const bad = { device: 'boiler', recordedAt: now, values: { t: Number.NaN } }
  const answer = ingest.submit(acme, [good[0]!, bad, good[1]!, bad, good[2]!])
  await turn()
  appends[0]!.finish()
  const verdicts = await answer
  assert.deepEqual(
    verdicts.map(({ verdict }) => verdict),
    ['accepted', 'rejected', 'accepted', 'rejected', 'accepted'],
  )
  assert.equal(verdicts[1]!.field, 'values.t')
  assert.equal(appends[0]!.count, 3)
})

test('nothing good to store is answered at once, and an empty submission too', async () => {
  const { appends, ingest } = heldStore()
  assert.deepEqual(await ingest.submit(acme, []), [])
  const [verdict] = await ingest.receive(acme, [null])
  assert.equal(verdict!.verdict, 'rejected')
  assert.equal(appends.length, 0)
  assert.equal(ingest.stats(acme).rejected, 1)
})

test('more events than one request may hold are refused with 413', async () => {
  const { ingest } = heldStore()
  await assert.rejects(
    ingest.submit(acme, readings(10_001)),
    (error) => error instanceof InputError && error.status === 413,
  )
})

test('listeners hear of what was accepted, with its id, and of nothing else', async () => {
  const { appends, ingest, live } = heldStore()
  const stop = new AbortController()
  const heard = live.subscribe(acme, { devices: ['boiler'] }, stop.signal)[Symbol.asyncIterator]()
  const answer = ingest.submit(acme, [...readings(2), ...readings(1, 'pump')])
  await turn()
  appends[0]!.finish(Uint8Array.of(stored.accepted, stored.duplicate, stored.accepted))
  const verdicts = await answer
  const { value } = await heard.next()
  assert.deepEqual(
    value!.readings.map(({ id, device }: { id: string; device: string }) => [id, device]),
    [[verdicts[0]!.id, 'boiler']],
  )
  stop.abort()
  assert.equal((await heard.next()).done, true)
  assert.equal(live.listened(acme), false)
})

test('figures: rate of whole seconds, latency from door to commit, history of ten minutes', async () => {
  const { appends, ingest, clock } = heldStore()
  for (let second = 0; second < 5; second++) {
    const answer = ingest.submit(acme, readings(20))
    await turn()
    await clock.advance(40)
    appends.at(-1)!.finish()
    await answer
    await clock.advance(960)
  }
  const { rate, latency_ms, history } = ingest.stats(acme)
  assert.equal(rate, 10)
  assert.deepEqual(latency_ms, { p50: 40, p99: 40 })
  assert.equal(history.length, 5)
  assert.deepEqual(history[4], [now / 1000 + 4, 20, 0, 0, 40])
  await clock.advance(601_000)
  assert.equal(ingest.stats(acme).history.length, 0)
})
