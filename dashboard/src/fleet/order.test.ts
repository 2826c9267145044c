// Which rows are shown and in what order; the shape of the stream.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Device } from '../../../src/core/device.ts'
import { commonChannels, type Sort, shownRows } from './order.ts'
import { makeRows, type Row } from './rows.ts'

const now = 1_700_000_000_000
const row = (device: Partial<Device> & { device: string }, values: Record<string, number> = {}, age_ms = 0): Row => ({
  device: { createdAt: now, channels: Object.keys(values), ...device },
  lastSeenAt: now - age_ms,
  cadence_ms: 1_000,
  values,
})
const rows = [
  row({ device: 'm-10', kind: 'synthetic', location: 'Oslo' }, { t: 3 }),
  row({ device: 'm-9', kind: 'synthetic', location: 'Berlin' }, { t: 7 }, 20_000),
  row({ device: 'host-twin', kind: 'twin', twinOf: 'host' }, { cpu: 2 }),
  row({ device: 'host', kind: 'host' }, { cpu: 5 }, 100_000),
]
const shown = (sort: Sort, search = '', kind: 'all' | 'real' | 'synthetic' = 'all') =>
  shownRows(rows, { search, kind, sort, now }).map(({ device }) => device.device)

test('real devices lead, twins stand beside them, numbers count as numbers', () => {
  assert.deepEqual(shown({ key: 'device', descending: false }), ['host', 'host-twin', 'm-9', 'm-10'])
})

test('sorting by state, value, place; search; kind', () => {
  assert.deepEqual(shown({ key: 'state', descending: false }), ['m-9', 'host', 'host-twin', 'm-10'])
  assert.deepEqual(shown({ key: 'channel:t', descending: true }).slice(0, 2), ['m-9', 'm-10'])
  assert.deepEqual(shown({ key: 'location', descending: false }).slice(0, 2), ['m-9', 'm-10'])
  assert.deepEqual(shown({ key: 'seen', descending: true }).slice(0, 2), ['host', 'm-9'])
  assert.deepEqual(shown({ key: 'device', descending: false }, 'berlin'), ['m-9'])
  assert.deepEqual(shown({ key: 'device', descending: false }, '', 'real'), ['host'])
})

test('columns are what many devices have', () => {
  assert.deepEqual(commonChannels(rows), ['t', 'cpu'])
  assert.deepEqual(commonChannels([...rows, ...rows.slice(0, 2), ...rows.slice(0, 2), ...rows.slice(0, 2)]), ['t'])
})

test('a reading changes its own row and tells only that one', () => {
  const store = makeRows()
  store.load(
    rows.map(({ device }) => device),
    [],
    new Map(),
  )
  const told: string[] = []
  for (const name of ['host', 'm-9']) store.subscribe(name, () => told.push(name))
  store.onUnknown(() => told.push('unknown'))
  store.take([
    { id: '1', device: 'm-9', recordedAt: now, receivedAt: now, values: { t: 8 } },
    { id: '2', device: 'm-9', recordedAt: now - 5_000, receivedAt: now + 1_000, values: { t: 1 } },
    { id: '3', device: 'new', recordedAt: now, receivedAt: now, values: { t: 1 } },
  ])
  assert.deepEqual(told, ['m-9', 'unknown'])
  assert.equal(store.get('m-9')!.values['t'], 8, 'a late reading is not the latest')
  assert.equal(store.get('m-9')!.lastSeenAt, now + 1_000, 'but it is a sign of life')
})
