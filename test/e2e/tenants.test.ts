// Tenants: every operation, asked with tenant B's key for what belongs to tenant A, on both databases. B must see
// nothing of it, change nothing of it, and be told the same as for what does not exist at all.

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { tenantOf } from '#core/tenant.ts'
import type { Operation } from '#platform/operation.ts'
import { exampleRequest } from './requests.ts'
import { backends, json, type Opened, openServer, operations } from './setup.ts'

/** What belongs to A, and B must never read. No request of B's holds one of them. */
const marks = ['4242.25', 'label-of-a', 'place-of-a', 'id-of-a', 'channel-of-a', 'twin-card-of-a']
/** Names that B guesses. */
const names = {
  device: 'device-of-a',
  devices: ['device-of-a'],
  fleet: 'fleet-of-a',
  twin: 'device-of-a-twin',
  search: 'of-a',
}

for (const { name, skip } of backends) {
  describe(name, { skip }, async () => {
    let opened!: Opened
    let a = ''
    let b = ''
    if (skip === undefined) {
      opened = await openServer(name)
      await opened.key('operator')
      a = await opened.key('tenant-a', ['read', 'write', 'admin'])
      b = await opened.key('tenant-b', ['read', 'write', 'admin'])
      await fill(opened, a)
    }
    after(() => opened?.[Symbol.asyncDispose]())

    for (const operation of operations.filter(({ result }) => result !== 'events')) {
      test(`${operation.name}: B sees nothing of A`, async () => {
        const before = await picture(opened, a)
        for (const example of operation.examples ?? [{ title: '', input: {} }]) {
          const guessed = await ask(opened, operation, { ...example.input, ...named(operation, names) }, b)
          for (const mark of marks) assert.ok(!guessed.text.includes(mark), `${mark} in ${guessed.text.slice(0, 300)}`)
          if (!Object.keys(named(operation, names)).some((field) => field !== 'search')) continue
          // The same question for what nobody has must get the same answer.
          const other = {
            device: 'device-of-x',
            devices: ['device-of-x'],
            fleet: 'fleet-of-x',
            twin: 'device-of-x-twin',
            search: 'of-x',
          }
          const nowhere = await ask(opened, operation, { ...example.input, ...named(operation, other) }, b)
          assert.equal(guessed.status, nowhere.status)
          if (guessed.status >= 400) assert.equal(guessed.text, nowhere.text.replaceAll('-of-x', '-of-a'))
        }
        await cleanUp(opened, b)
        assert.deepEqual(await picture(opened, a), before, 'something of A has changed')
      })
    }

    test('A sees all of it, so the test could have failed', async () => {
      const text = JSON.stringify(await picture(opened, a))
      for (const mark of marks.slice(0, 5)) assert.ok(text.includes(mark), mark)
    })

    test('live: B hears what B sends and nothing of what A sends', async () => {
      const heard = firstGroup(opened, b)
      while (!opened.platform.live.listened(tenantOf('tenant-b'))) await wait(5)
      await send(opened, a, { device: 'device-of-a', recordedAt: 1_000, values: { 'channel-of-a': 4242.25 } })
      await send(opened, b, { device: 'device-of-b', recordedAt: 1_000, values: { t: 1 } })
      assert.deepEqual(await heard, ['device-of-b'])
    })

    test('the same id, device and time in both tenants are two readings', async () => {
      const shared = { id: 'shared', device: 'shared', recordedAt: 5_000 }
      assert.equal(await send(opened, a, { ...shared, values: { t: 1 } }), 'accepted')
      assert.equal(await send(opened, b, { ...shared, values: { t: 2 } }), 'accepted')
      for (const [key, t] of [
        [a, 1],
        [b, 2],
      ] as const) {
        const rows = await Array.fromAsync(opened.client(key).query.readings({ devices: ['shared'], from: 0 }))
        assert.deepEqual(
          rows.map(({ values }) => values),
          [{ t }],
        )
      }
    })

    test('no unexpected error happened', () => assert.deepEqual(opened.errors, []))
  })
}

async function firstGroup(opened: Opened, key: string): Promise<string[]> {
  for await (const { data } of opened.client(key).live.watch()) return data.readings.map(({ device }) => device)
  return []
}

async function fill(opened: Opened, key: string) {
  const client = opened.client(key)
  const now = Date.now()
  await client.devices.put({ device: 'device-of-a', location: 'place-of-a', kind: 'sensor' })
  await client.telemetry.send({
    events: Array.from({ length: 60 }, (_, i) => ({
      id: `id-of-a-${i}`,
      device: 'device-of-a',
      recordedAt: now - 60_000 + i * 1_000,
      values: { 'channel-of-a': 4242.25 + (i % 5) },
      label: 'label-of-a',
    })),
  })
  await client.settings.put({ unknownDevices: 'create' })
  await client.fleets.start({ fleet: 'fleet-of-a', devices: 1, history_ms: 0, interval_ms: 3_600_000 })
  await client.twins.create({ device: 'device-of-a' })
  await client.twins.stop({ twin: 'device-of-a-twin' })
}

/** What A sees, without what moves by itself. */
async function picture(opened: Opened, key: string) {
  const client = opened.client(key)
  const { devices } = await client.devices.list()
  const { fleets } = await client.fleets.list()
  const { twins } = await client.twins.list()
  return {
    devices: devices.filter(({ device }) => !device.startsWith('fleet-')).map(({ lastSeenAt: _, ...device }) => device),
    readings: await Array.fromAsync(
      client.query.readings({ devices: ['device-of-a'], from: 0, order: 'descending', limit: 100 }),
    ),
    fleets: fleets.map(({ fleet, state }) => ({ fleet, state })),
    twins: twins.map(({ twin, state, seed, createdAt }) => ({ twin, state, seed, createdAt })),
    settings: await client.settings.get(),
  }
}

/** What B's own questions have made must not stand in the way of the next ones. */
async function cleanUp(opened: Opened, key: string) {
  const client = opened.client(key)
  for (const { fleet } of (await client.fleets.list()).fleets) await client.fleets.stop({ fleet })
  await client.settings.put({ unknownDevices: 'create' })
}

const named = (operation: Operation, given: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(given).filter(([field]) => field in operation.input.shape))

async function ask(opened: Opened, operation: Operation, input: Record<string, unknown>, key: string) {
  const { path, init } = exampleRequest(operation, input)
  const response = await opened.ask(path, { ...init, key })
  return { status: response.status, text: await response.text() }
}

async function send(opened: Opened, key: string, event: object): Promise<string> {
  const response = await opened.ask('/api/v1/telemetry', {
    method: 'POST',
    headers: json,
    body: JSON.stringify(event),
    key,
  })
  return ((await response.json()) as { events: { verdict: string }[] }).events[0]!.verdict
}
