// Fleets, the host and twins through the real door, the real store and the real fitting thread.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fakeClock } from '#core/clock.ts'
import { InputError } from '#core/errors.ts'
import { localTenant } from '#core/tenant.ts'
import { day_ms, hour_ms, minute_ms, time_max } from '#core/time.ts'
import { openSqlite } from '#databases/sqlite/index.ts'
import { catalogues } from '#stores/catalogue/registry.ts'
import { seriesStores } from '#stores/series/registry.ts'
import { createFleets } from '../fleets/fleets.ts'
import { fleetSpecification } from '../fleets/specification.ts'
import { createHost } from '../host/host.ts'
import { createCore } from '../platform.ts'
import { createTwins } from './twins.ts'

const start = Date.UTC(2026, 2, 3, 9, 30, 0)

async function opened() {
  const stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'millrace-twins-'))
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const clock = fakeClock(start)
  const database = stack.use(await openSqlite({ folder }))
  const store = stack.use(await (await seriesStores.sqlite())({ database, clock }))
  const catalogue = stack.use(await (await catalogues.sqlite())({ database }))
  await catalogue.createTenant(localTenant, start)
  const core = createCore({ version: 'test', clock, store, catalogue })
  /** Lets time pass, and the threads keep up. */
  const pass = async (duration_ms: number, step_ms = 1000) => {
    for (let passed = 0; passed < duration_ms; passed += step_ms) {
      await clock.advance(step_ms)
      await wait(2)
    }
    await wait(30)
  }
  const passUntil = (done: () => Promise<boolean>) =>
    until(async () => {
      await pass(1000)
      return done()
    })
  return { ...core, pass, passUntil, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

const until = async (done: () => Promise<boolean>) => {
  for (let i = 0; i < 1000; i++) {
    if (await done()) return
    await wait(10)
  }
  assert.fail('it took too long')
}

test('a fleet with history, then a twin of one of its devices', { timeout: 60_000 }, async () => {
  await using house = await opened()
  const fleets = createFleets(house)
  const twins = createTwins(house)
  try {
    const specification = fleetSpecification.parse({
      devices: 4,
      history_ms: 2 * day_ms,
      historyInterval_ms: 5 * minute_ms,
    })
    await fleets.start(localTenant, specification)
    await until(async () => (await fleets.list(localTenant))[0]!.state === 'running')
    await house.passUntil(async () => house.clock.now() >= start + 20_000)
    const [state] = await fleets.list(localTenant)
    assert.equal(state!.rejected, 0)
    assert.ok(state!.accepted > 4 * 576 * 0.85 && state!.accepted <= 4 * (577 + 8), `${state!.accepted}`)
    const device = (await house.catalogue.device(localTenant, 'plant-berlin-01'))!
    assert.equal(device.fleet, 'plant')
    assert.deepEqual(device.channels, ['battery', 'humidity', 'pressure', 'temperature'])
    assert.ok(device.lastRecordedAt! > start)

    const steps: string[] = []
    const twin = await twins.create(localTenant, 'plant-berlin-01', {}, undefined, (_, step) => steps.push(step))
    assert.ok(twin.fidelity > 40 && twin.fidelity <= 100, `fidelity ${twin.fidelity}`)
    assert.ok(twin.findings.length > 4)
    assert.deepEqual(twin.card.channels.map((c) => c.name).sort(), device.channels)
    assert.equal(steps.at(-1), 'done')
    await until(async () => {
      const extent = await house.store.extent(localTenant, twin.twin)
      return extent !== undefined && extent.count > 400
    })
    const query = { from: 0, to: time_max, limit: 100_000 }
    const [real, made] = await Promise.all(
      ['plant-berlin-01', twin.twin].map((name) => house.store.frame(localTenant, name, query)),
    )
    assert.ok(Math.abs(made!.times[0]! - real!.times[0]!) < 4 * hour_ms)
    const pressure = made!.channels.find((c) => c.name === 'pressure')!.values.filter((v) => !Number.isNaN(v))
    assert.ok(pressure.every((v) => v > 940 && v < 1070))
  } finally {
    await twins.close()
    await fleets.close()
  }
})

test('this computer and its twin, and what a young device is told', { timeout: 60_000 }, async () => {
  await using house = await opened()
  const stop = new AbortController()
  const host = createHost({ ...house, tenant: localTenant }).run(stop.signal)
  const twins = createTwins(house)
  try {
    await house.passUntil(async () => ((await house.store.extent(localTenant, 'host'))?.count ?? 0) >= 5)
    await assert.rejects(twins.create(localTenant, 'host', {}), (error: InputError) => {
      assert.ok(error instanceof InputError)
      assert.match(error.message, /'host' has sent \d+ readings; 16 are needed: wait \d+s/)
      return true
    })
    await house.passUntil(async () => (await house.store.extent(localTenant, 'host'))!.count >= 60)
    const device = (await house.catalogue.device(localTenant, 'host'))!
    assert.equal(device.kind, 'host')
    assert.ok(device.channels.includes('memory_percent'))
    const twin = await twins.create(localTenant, 'host', {})
    assert.equal(twin.step_ms, 1000)
    await house.passUntil(async () => ((await house.store.extent(localTenant, 'host-twin'))?.count ?? 0) >= 55)
    const extent = (await house.store.extent(localTenant, 'host-twin'))!
    // Another process's view: the model is a document, and goes on from it.
    await twins.close()
    await house.pass(5_000)
    await twins.resume()
    await house.passUntil(async () => (await house.store.extent(localTenant, 'host-twin'))!.to - extent.to >= 9_000)
    assert.equal(house.ingest.stats(localTenant).rejected, 0)
  } finally {
    stop.abort()
    await host
    await twins.close()
  }
})
