import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { fakeClock } from '#core/clock.ts'
import { InputError, NotFoundError, UnavailableError } from '#core/errors.ts'
import { createRng } from '#core/rng.ts'
import type { Frame } from '#core/series.ts'
import { localTenant } from '#core/tenant.ts'
import { day_ms, hour_ms, minute_ms } from '#core/time.ts'
import { defineValidator } from '#validators/validator.ts'
import { fakeCatalogue, fakeGenerator, fakeIngest, fakeStore } from '../fleets/testing.ts'
import { learnCadence } from './cadence.ts'
import { fitFrame } from './fit.ts'
import type { Fit } from './fitting.ts'
import { createTwins, type Twins, type TwinsParts } from './twins.ts'

const start = Date.UTC(2026, 2, 3, 9, 30, 0)
const generator = fakeGenerator()
const validator = defineValidator({
  name: 'fake',
  summary: 'counts',
  needsReference: true,
  validate: (candidate, reference) => [
    {
      name: 'fidelity.overall',
      value: 90,
      verdict: 'info',
      why: `${candidate.times.length}/${reference!.times.length}`,
    },
  ],
})
const fitHere: Fit = (request, options) => fitFrame(request, generator, validator, options)

const frameOf = (rows: number, step_ms: number, to: number): Frame => ({
  times: Float64Array.from({ length: rows }, (_, i) => to - (rows - 1 - i) * step_ms),
  channels: [{ name: 'temperature', unit: 'Cel', values: Float64Array.from({ length: rows }, (_, i) => i % 7) }],
})

/** A house with one real device, 'boiler', that has sent this frame. */
function house(frame: Frame, fit: Fit = fitHere) {
  const clock = fakeClock(start)
  const ingest = fakeIngest()
  const catalogue = fakeCatalogue(ingest)
  const store: TwinsParts['store'] = { ...fakeStore(ingest), frame: async () => frame }
  const open = () =>
    closing(createTwins({ ingest, catalogue, clock, store, fit, loadGenerator: async () => generator }))
  const advance = async (duration_ms: number, step_ms = 500) => {
    for (let passed = 0; passed < duration_ms; passed += step_ms) {
      await clock.advance(step_ms)
      for (let i = 0; i < 6; i++) await setImmediate()
    }
  }
  const real = {
    kind: 'sensor',
    location: 'Cellar',
    latitude: 52.5,
    longitude: 13.4,
    mac: 'aa:bb:cc:dd:ee:ff',
    ip: '192.0.2.7',
    units: { temperature: 'Cel' },
  } as const
  const ready = catalogue.putDevice(localTenant, 'boiler', real, start)
  const times = () => [...ingest.stored.values()].map((r) => r.recordedAt).sort((a, b) => a - b)
  return { clock, ingest, catalogue, open, advance, ready, times }
}

/** Ends with the block that opened it. */
const closing = (twins: Twins) => ({ ...twins, [Symbol.asyncDispose]: () => twins.close() })
const settled = async () => {
  for (let i = 0; i < 50; i++) await setImmediate()
}

test('a twin covers what the device has sent and streams beside it, on its instants', async () => {
  const { catalogue, ingest, open, advance, times } = house(frameOf(600, 1000, start))
  await using twins = open()
  const state = await twins.create(localTenant, 'boiler', {})
  assert.equal(state.twin, 'boiler-twin')
  assert.equal(state.step_ms, 1000)
  assert.equal(state.fidelity, 90)
  assert.equal(state.findings[0]!.why, '600/600')
  assert.equal(state.findings[1]!.name, 'fidelity.halves')
  assert.equal(state.state, 'running')
  await settled()
  assert.deepEqual(
    times(),
    Array.from({ length: 600 }, (_, i) => start - (599 - i) * 1000),
  )
  await advance(10_000)
  assert.equal(ingest.stored.size, 610)
  assert.ok([...ingest.stored.values()].every((r) => r.device === 'boiler-twin'))
  assert.ok(ingest.verdicts.every((v) => v.verdict === 'accepted'))
  const device = (await catalogue.device(localTenant, 'boiler-twin'))!
  assert.equal(device.kind, 'twin')
  assert.equal(device.twinOf, 'boiler')
  assert.equal(device.location, 'Cellar')
  assert.match(device.mac!, /^02(:[0-9a-f]{2}){5}$/)
  assert.match(device.ip!, /^10\.250\./)
  assert.deepEqual(device.units, { temperature: 'Cel' })
})

test('a restart goes on with the same model, fills the time between, and stores nothing twice', async () => {
  const { clock, ingest, open, advance } = house(frameOf(100, 1000, start))
  {
    await using twins = open()
    await twins.create(localTenant, 'boiler', {})
    await settled()
    await advance(5_000)
  }
  assert.equal(ingest.stored.size, 105)
  await clock.advance(60_000)
  await using twins = open()
  assert.equal((await twins.list(localTenant))[0]!.state, 'stopped')
  await twins.resume()
  assert.equal((await twins.list(localTenant))[0]!.state, 'running')
  await settled()
  assert.equal(ingest.stored.size, 165)
  await advance(5_000)
  assert.equal(ingest.stored.size, 170)
  assert.ok(ingest.verdicts.every((v) => v.verdict !== 'rejected'))
})

test('data of years ago is covered where it lies, and the years between are no gap', async () => {
  const past = Date.UTC(2018, 0, 1)
  const { ingest, open, advance, times } = house(frameOf(500, hour_ms, past))
  {
    await using twins = open()
    await twins.create(localTenant, 'boiler', {})
    await settled()
  }
  assert.equal(ingest.stored.size, 500)
  assert.equal(times().at(-1), past)
  await using twins = open()
  await twins.resume()
  await advance(2 * hour_ms, 10 * minute_ms)
  assert.equal(ingest.stored.size, 502)
  assert.ok(times().at(-1)! > start)
})

test('fitting again goes on from now with other ids, and fills only what no version has covered', async () => {
  const { ingest, open, advance } = house(frameOf(100, 1000, start))
  await using twins = open()
  await twins.create(localTenant, 'boiler', {})
  await settled()
  await advance(10_000)
  await twins.stop(localTenant, 'boiler-twin')
  await advance(20_000)
  assert.equal(ingest.stored.size, 110)
  const before = new Set(ingest.stored.keys())
  await twins.create(localTenant, 'boiler', { seed: 5 })
  await settled()
  assert.equal(ingest.stored.size, 130, 'the time in which it was stopped')
  await advance(10_000)
  assert.equal(ingest.stored.size, 140)
  assert.ok(ingest.verdicts.every((v) => v.verdict === 'accepted'))
  assert.equal([...ingest.stored.keys()].filter((id) => before.has(id)).length, before.size)
  const [state] = await twins.list(localTenant)
  assert.equal(state!.seed, 5)
})

test('what cannot have a twin is refused with what would be right', async () => {
  const few = house(frameOf(9, 1000, start))
  await using twins = few.open()
  await assert.rejects(twins.create(localTenant, 'boiler', {}), {
    name: 'InputError',
    message: "'boiler' has sent 9 readings; 16 are needed: wait 7s",
  })
  await assert.rejects(twins.create(localTenant, 'nobody', {}), NotFoundError)
  await assert.rejects(twins.stop(localTenant, 'nobody'), NotFoundError)

  const silent = house({ times: new Float64Array(0), channels: [] })
  await using none = silent.open()
  await assert.rejects(none.create(localTenant, 'boiler', {}), /has sent no readings; 16 are needed/)
  await assert.rejects(none.create(localTenant, 'boiler', { from: 5 }), /no readings in this range/)

  const enough = house(frameOf(50, 1000, start))
  await using some = enough.open()
  await some.create(localTenant, 'boiler', {})
  await assert.rejects(some.create(localTenant, 'boiler-twin', {}), /is a twin itself, of 'boiler'/)
  await enough.catalogue.putDevice(localTenant, 'pump', { kind: 'sensor' }, start)
  await assert.rejects(
    some.create(localTenant, 'boiler', { twin: 'pump' }),
    (error: InputError) => error.status === 409,
  )
  await assert.rejects(some.create(localTenant, 'boiler', { twin: 'a,b' }), InputError)
})

test('an abort ends the fitting, and a second request for the same twin waits its turn', async () => {
  let calls = 0
  const slow: Fit = (_, { signal }) => {
    calls++
    return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)))
  }
  const { open } = house(frameOf(50, 1000, start), slow)
  await using twins = open()
  const stop = new AbortController()
  const first = twins.create(localTenant, 'boiler', {}, stop.signal)
  await settled()
  await assert.rejects(twins.create(localTenant, 'boiler', {}, stop.signal), UnavailableError)
  stop.abort(new Error('enough'))
  await assert.rejects(first, /enough/)
  assert.equal(calls, 1)
  assert.deepEqual(await twins.list(localTenant), [])
})

test('a twin strays as its device does, and never records what has not come yet', async () => {
  const late = {
    ...generator.preset({ channels: ['temperature'] }),
    jitter: (time: number) => (time % 2000 ? 400 : -300),
  }
  const { ingest, clock, catalogue, ready } = house(frameOf(50, 1000, start))
  await ready
  const twins = createTwins({
    ingest: {
      submit(tenant, readings) {
        for (const { recordedAt } of readings)
          assert.ok(recordedAt <= clock.now(), `${recordedAt - clock.now()} ms ahead`)
        return ingest.submit(tenant, readings)
      },
    },
    catalogue,
    clock,
    store: {
      profile: { name: 'fake', location: '', batchLimit: 1000, shared: false },
      frame: async () => frameOf(50, 1000, start),
      extent: async () => ({ from: 0, to: start, count: 50 }),
    },
    fit: fitHere,
    loadGenerator: async () => ({ ...generator, load: () => late }),
  })
  await using _ = closing(twins)
  await twins.create(localTenant, 'boiler', {})
  for (let i = 0; i < 40; i++) {
    await clock.advance(500)
    await settled()
  }
  const offsets = [...ingest.stored.values()].map((r) => r.recordedAt - start)
  assert.equal(offsets.length, 20)
  assert.deepEqual(new Set(offsets.map((offset) => ((offset % 1000) + 1000) % 1000)), new Set([400, 700]))
})

test('the cadence is the median distance, on the instants of the newest readings', () => {
  const rng = createRng(3)
  const times = Float64Array.from(
    { length: 200 },
    (_, i) => start + i * 5000 + (i > 100 ? day_ms : 0) + 400 * rng.normalAt(i),
  )
  const { step_ms, phase_ms } = learnCadence(times)
  assert.ok(Math.abs(step_ms - 5000) < 150, `${step_ms}`)
  assert.equal(Math.round(times.at(-1)!) % step_ms, phase_ms)
  assert.deepEqual(learnCadence(Float64Array.of(1000, 2000)), { step_ms: 1000, phase_ms: 0 })
})
