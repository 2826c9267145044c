import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { fakeClock } from '#core/clock.ts'
import { InputError, NotFoundError } from '#core/errors.ts'
import { localTenant } from '#core/tenant.ts'
import { day_ms, hour_ms, minute_ms } from '#core/time.ts'
import type { Imperfections } from './field.ts'
import { createFleets, type Fleets } from './fleets.ts'
import { type FleetSpecification, fleetSpecification } from './specification.ts'
import { fakeCatalogue, fakeGenerator, fakeIngest, fakeStore } from './testing.ts'

const start = Date.UTC(2026, 2, 3, 9, 30, 0, 123)
const perfect: Imperfections = { offlinePerDay: 0, latePerHour: 0, dropped: 0, repeated: 0 }
const small = fleetSpecification.parse({ fleet: 'test', devices: 3, interval_ms: 1000, history_ms: 0 })

function house(imperfections: Imperfections = perfect) {
  const clock = fakeClock(start)
  const ingest = fakeIngest()
  const catalogue = fakeCatalogue(ingest)
  const lines: string[] = []
  const open = () =>
    closing(
      createFleets({
        ingest,
        catalogue,
        clock,
        imperfections,
        store: fakeStore(ingest),
        generator: fakeGenerator(),
        log: (line) => lines.push(line),
      }),
    )
  const advance = async (duration_ms: number, step_ms = 500) => {
    for (let passed = 0; passed < duration_ms; passed += step_ms) {
      await clock.advance(step_ms)
      for (let i = 0; i < 4; i++) await setImmediate()
    }
  }
  return { clock, ingest, catalogue, open, advance, lines }
}

/** Ends with the block that opened it. */
const closing = (fleets: Fleets) => ({ ...fleets, [Symbol.asyncDispose]: () => fleets.close() })

const settle = async (done: () => Promise<boolean>) => {
  for (let i = 0; i < 5_000 && !(await done()); i++) await setImmediate()
  assert.ok(await done(), 'it did not settle')
}

test('a fleet sends every device once per interval, on its phase, at the time it says', async () => {
  const { ingest, open, advance } = house()
  await using fleets = open()
  await fleets.start(localTenant, small)
  await advance(20_000)
  const [state] = await fleets.list(localTenant)
  assert.equal(state!.state, 'running')
  assert.equal(state!.accepted, 60)
  assert.ok(state!.late_ms <= 100, `late by ${state!.late_ms}`)
  const byDevice = Map.groupBy(ingest.stored.values(), (r) => r.device)
  assert.equal(byDevice.size, 3)
  for (const readings of byDevice.values()) {
    assert.equal(readings.length, 20)
    for (let i = 1; i < readings.length; i++) {
      const step = readings[i]!.recordedAt - readings[i - 1]!.recordedAt
      assert.ok(step > 850 && step < 1150, `${step}`)
    }
  }
})

test('history fills the past newest first, and the live stream runs beside it', async () => {
  const { ingest, open, advance } = house()
  await using fleets = open()
  const specification = { ...small, history_ms: day_ms, historyInterval_ms: minute_ms }
  assert.equal((await fleets.start(localTenant, specification)).state, 'backfilling')
  await settle(async () => (await fleets.list(localTenant))[0]!.state === 'running')
  assert.equal(ingest.stored.size, 3 * 1440)
  const hours = [...ingest.stored.values()].map((r) => Math.floor((start - r.recordedAt) / (12 * hour_ms)))
  const [state] = await fleets.list(localTenant)
  assert.equal(state!.progress, 1)
  assert.ok(hours.every((h) => h <= 2))
  await advance(5000)
  assert.equal(ingest.stored.size, 3 * 1440 + 15)
})

test('a week is made in blocks of which the newest comes first', async () => {
  const { ingest, open } = house()
  await using fleets = open()
  await fleets.start(localTenant, { ...small, devices: 20, history_ms: 7 * day_ms })
  await settle(async () => (await fleets.list(localTenant))[0]!.state === 'running')
  const arrived = ingest.arrived.map((r) => r.recordedAt)
  const tenth = Math.floor(arrived.length / 10)
  assert.equal(arrived.length, 20 * 7 * 1440)
  assert.ok(
    Math.min(...arrived.slice(0, tenth)) > start - 1.5 * day_ms,
    'the first tenth is of the last day and a half',
  )
  assert.ok(ingest.verdicts.every((v) => v.verdict === 'accepted'))
})

test('a restart goes on: the gap is filled, nothing is stored twice', async () => {
  const { clock, ingest, catalogue, open, advance } = house()
  const specification: FleetSpecification = { ...small, history_ms: hour_ms }
  {
    await using fleets = open()
    await fleets.start(localTenant, specification)
    await advance(10_000)
  }
  const before = ingest.stored.size
  const puts = catalogue.puts
  await clock.advance(10 * minute_ms)
  assert.equal(ingest.stored.size, before, 'a closed fleet is silent')
  await using fleets = open()
  await fleets.resume()
  await settle(async () => (await fleets.list(localTenant))[0]!.state === 'running')
  assert.equal(catalogue.puts, puts, 'devices that are there are not written again')
  assert.equal(ingest.stored.size, before + 3 * 600)
  await advance(10_000)
  assert.equal(ingest.stored.size, before + 3 * 610)
  assert.ok(ingest.verdicts.every((v) => v.verdict !== 'rejected'))
})

test('the same history made again is nothing but duplicates', async () => {
  const { ingest, open, catalogue } = house()
  const specification = { ...small, history_ms: 6 * hour_ms }
  for (const round of [1, 2]) {
    await using fleets = open()
    await fleets.start(localTenant, specification)
    await settle(async () => (await fleets.list(localTenant))[0]!.state === 'running')
    const count = (verdict: string) => ingest.verdicts.filter((v) => v.verdict === verdict).length
    // The second round also fills the second between the newest reading and now.
    assert.ok(ingest.stored.size - 3 * 360 <= 3 * (round - 1), `${ingest.stored.size}`)
    assert.ok(count('duplicate') >= 3 * 360 * (round - 1) && count('duplicate') <= 3 * 361 * (round - 1))
    assert.equal(count('rejected'), 0)
    // As if the process had died before it noted any progress.
    const record = { specification, state: 'running', sent: 0 }
    const missing = [{ from: start - 6 * hour_ms, to: start, step_ms: minute_ms }]
    await catalogue.putDocument(localTenant, 'fleet', 'test', { ...record, missing }, 0)
  }
})

test('another fleet of the same name leaves the past as it was sent, and adds what is missing', async () => {
  const { ingest, open, advance } = house()
  await using fleets = open()
  const day = async (seed: number, history_ms: number) => {
    await fleets.start(localTenant, { ...small, seed, history_ms })
    await settle(async () => (await fleets.list(localTenant))[0]!.state === 'running')
  }
  await day(1, hour_ms)
  assert.equal(ingest.stored.size, 3 * 60)
  await advance(2_000)
  await day(2, hour_ms)
  assert.ok(Math.abs(ingest.stored.size - 3 * 62) <= 3, `${ingest.stored.size}`)
  await day(2, 3 * hour_ms)
  assert.ok(Math.abs(ingest.stored.size - 3 * (62 + 120)) <= 3, `${ingest.stored.size}`)
})

test('a clock that is set back is followed', async () => {
  const { clock, ingest } = house()
  let offset = 0
  const moody = { now: () => clock.now() + offset, sleep: clock.sleep }
  const parts = { ingest, catalogue: fakeCatalogue(ingest), clock: moody, store: fakeStore(ingest) }
  await using fleets = closing(createFleets({ ...parts, imperfections: perfect, generator: fakeGenerator() }))
  await fleets.start(localTenant, small)
  const seconds = async (count: number) => {
    for (let i = 0; i < 2 * count; i++) {
      await clock.advance(500)
      await setImmediate()
    }
  }
  await seconds(10)
  assert.equal(ingest.stored.size, 30)
  offset = -hour_ms
  await seconds(10)
  assert.ok(ingest.stored.size >= 57, `${ingest.stored.size}`)
})

test('a store that is away is waited out without a reading lost', async () => {
  const { ingest, open, advance } = house()
  await using fleets = open()
  await fleets.start(localTenant, small)
  await advance(5_000)
  ingest.away = true
  await advance(30_000)
  ingest.away = false
  await advance(10_000)
  assert.equal(ingest.stored.size, 3 * 45)
  assert.ok((await fleets.list(localTenant))[0]!.late_ms > 20_000, 'the lateness is told')
})

test('a suspended computer leaves a gap that is filled, and no burst', async () => {
  const { clock, ingest } = house()
  let asleep = 0
  const dozing = { now: () => clock.now() + asleep, sleep: clock.sleep }
  await using fleets = closing(
    createFleets({
      ingest,
      catalogue: fakeCatalogue(ingest),
      clock: dozing,
      imperfections: perfect,
      store: fakeStore(ingest),
      generator: fakeGenerator(),
    }),
  )
  await fleets.start(localTenant, { ...small, history_ms: day_ms })
  await settle(async () => (await fleets.list(localTenant))[0]!.state === 'running')
  const before = ingest.stored.size
  asleep = 8 * hour_ms
  for (let i = 0; i < 10; i++) {
    await clock.advance(500)
    await setImmediate()
  }
  await settle(async () => (await fleets.list(localTenant))[0]!.state === 'running')
  const made = ingest.stored.size - before
  assert.ok(Math.abs(made - (3 * 480 + 15)) <= 6, `${made} readings for eight hours at a minute, then seconds`)
})

test('faster than real time begins in the past and never runs ahead of now', async () => {
  const { clock, ingest, open, advance } = house()
  await using fleets = open()
  await fleets.start(localTenant, { ...small, speed: 61, history_ms: hour_ms })
  await advance(30_000)
  const half = ingest.stored.size
  assert.ok(Math.abs(half - 3 * 30 * 61) <= 3 * 61, `${half}`)
  await advance(60_000)
  assert.ok(Math.abs(ingest.stored.size - 3 * (3600 + 90)) <= 12, `${ingest.stored.size}`)
  assert.ok([...ingest.stored.values()].every((r) => r.recordedAt <= clock.now()))
})

test('a number of readings ends the fleet by itself', async () => {
  const { ingest, open, advance } = house()
  await using fleets = open()
  await fleets.start(localTenant, { ...small, count: 25 })
  await advance(20_000)
  const [state] = await fleets.list(localTenant)
  assert.equal(state!.state, 'stopped')
  assert.equal(ingest.stored.size, 25)
})

test('start is idempotent, stop is final until the next start, and names are checked', async () => {
  const { ingest, open, advance } = house()
  await using fleets = open()
  await fleets.start(localTenant, small)
  await fleets.start(localTenant, small)
  await advance(5_000)
  assert.equal(ingest.arrived.length, 15)
  const stopped = await fleets.stop(localTenant, 'test')
  assert.equal(stopped.state, 'stopped')
  assert.equal(stopped.sent, 15)
  assert.equal((await fleets.list(localTenant))[0]!.accepted, 15, 'what it did is told after its end')
  await advance(5_000)
  assert.equal(ingest.arrived.length, 15)
  await fleets.resume()
  await advance(2_000)
  assert.equal(ingest.arrived.length, 15, 'a stopped fleet is not resumed')
  await assert.rejects(fleets.stop(localTenant, 'nothing'), NotFoundError)
  await assert.rejects(fleets.start(localTenant, { ...small, fleet: 'No Name' }), InputError)
  await assert.rejects(fleets.start(localTenant, { ...small, devices: 0 }), InputError)
})
