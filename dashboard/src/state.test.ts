// The state of a device, its cadence, and search.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Device } from '../../src/core/device.ts'
import { lastSign, matchesSearch, nextCadence_ms, stateOf } from './state.ts'

const now = 1_700_000_000_000

test('a device is judged by its own cadence', () => {
  assert.equal(stateOf(undefined, now), 'never')
  assert.equal(stateOf(now - 4_900, now, 1_000), 'live')
  assert.equal(stateOf(now - 6_000, now, 1_000), 'late')
  assert.equal(stateOf(now - 61_000, now, 1_000), 'silent')
  assert.equal(stateOf(now - 25 * 60_000, now, 600_000), 'live')
  assert.equal(stateOf(now - 90 * 60_000, now, 600_000), 'late')
  assert.equal(stateOf(now - 201 * 60_000, now, 600_000), 'silent')
})

test('a clock that is ahead counts as now, an unknown cadence as a minute', () => {
  assert.equal(stateOf(now + 60_000, now, 1_000), 'live')
  assert.equal(stateOf(now - 170_000, now), 'live')
  assert.equal(stateOf(now - 190_000, now), 'late')
})

test('cadence follows the deliveries and does not believe one outage', () => {
  let cadence = nextCadence_ms(undefined, 1_000)
  for (let i = 0; i < 20; i++) cadence = nextCadence_ms(cadence, 5_000)
  assert.ok(Math.abs(cadence! - 5_000) < 100, `${cadence}`)
  assert.ok(nextCadence_ms(cadence, 3_600_000)! < 10_000)
  assert.equal(nextCadence_ms(cadence, 0), cadence)
})

test('an import of old readings is no sign of life', () => {
  assert.equal(lastSign(now, now - 3_600_000), now)
  assert.equal(lastSign(now, now - 5 * 86_400_000), now - 5 * 86_400_000)
  assert.equal(lastSign(undefined, undefined), undefined)
})

test('every word must occur, in any field', () => {
  const device: Device = {
    device: 'boiler-7',
    location: 'Berlin / Hall 2',
    mac: '02:4d:52:00:00:07',
    createdAt: now,
    channels: ['temperature'],
  }
  assert.ok(matchesSearch(device, '  '))
  assert.ok(matchesSearch(device, 'BERLIN boiler'))
  assert.ok(matchesSearch(device, '52:00 temp'))
  assert.ok(!matchesSearch(device, 'berlin pressure'))
})
