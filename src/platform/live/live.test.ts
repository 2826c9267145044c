// Live listeners: what they hear, what a slow one loses, and how many there may be.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reading } from '#core/reading.ts'
import { tenantOf } from '#core/tenant.ts'
import { createLive, listenerLimit, waitingLimit } from './live.ts'

const acme = tenantOf('acme')
const reading = (i: number, device = 'boiler'): Reading => ({
  id: String(i),
  device,
  recordedAt: i,
  receivedAt: i,
  values: { t: i },
})

test('a listener that falls behind loses the oldest and is told how many', async () => {
  const live = createLive()
  const stop = new AbortController()
  const heard = live.subscribe(acme, {}, stop.signal)[Symbol.asyncIterator]()
  for (let i = 0; i < waitingLimit + 70; i += 10)
    live.publish(
      acme,
      Array.from({ length: 10 }, (_, k) => reading(i + k)),
    )
  const { value } = await heard.next()
  assert.equal(value!.readings.length, waitingLimit)
  assert.equal(value!.lost, 70)
  assert.equal(value!.readings[0]!.id, '70')
  live.publish(acme, [reading(1)])
  assert.equal((await heard.next()).value!.lost, 0)
  stop.abort()
})

test('what was published between subscribing and listening is heard', async () => {
  const live = createLive()
  const stop = new AbortController()
  const groups = live.subscribe(acme, { devices: ['pump'] }, stop.signal)
  live.publish(acme, [reading(1), reading(2, 'pump')])
  for await (const { readings } of groups) {
    assert.deepEqual(
      readings.map(({ id }) => id),
      ['2'],
    )
    break
  }
  assert.equal(live.listened(acme), false, 'who leaves is forgotten')
})

test('a waiting listener ends with its signal', async () => {
  const live = createLive()
  const stop = new AbortController()
  const next = live.subscribe(acme, {}, stop.signal)[Symbol.asyncIterator]().next()
  stop.abort()
  assert.equal((await next).done, true)
  assert.equal(live.listened(acme), false)
})

test('listeners of a tenant are bounded, and others have their own', () => {
  const live = createLive()
  const stop = new AbortController()
  for (let i = 0; i < listenerLimit; i++) live.subscribe(acme, {}, stop.signal)
  assert.throws(() => live.subscribe(acme, {}, stop.signal), { name: 'UnavailableError' })
  live.subscribe(tenantOf('other'), {}, stop.signal)
  stop.abort()
  live.subscribe(acme, {}, new AbortController().signal)
})
