// Numbers and times in words: widths, units, edges.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatAge,
  formatChannel,
  formatCompact,
  formatCount,
  formatLatency,
  formatMeasure,
  formatMoment,
  formatPlace,
  formatSpan,
  formatValue,
  formatWithUnit,
  unitOf,
} from './format.ts'

test('values keep the digits that say something', () => {
  assert.deepEqual([1013.24, 21.4, 0.0423, 0, -7.456, 12_345.6, 1_234_567].map(formatValue), [
    '1013.2',
    '21.40',
    '0.042',
    '0.00',
    '-7.46',
    '12,346',
    '1.23M',
  ])
  for (const missing of [undefined, null, Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(formatValue(missing), '–')
})

test('measures print units as people write them, bytes in powers of a thousand', () => {
  assert.deepEqual(formatMeasure(21.4, 'Cel'), ['21.40', '°C'])
  assert.deepEqual(formatMeasure(42_100, 'By/s'), ['42.1', 'kB/s'])
  assert.deepEqual(formatMeasure(12, 'By'), ['12', 'B'])
  assert.deepEqual(formatMeasure(1.9e9, 'By'), ['1.90', 'GB'])
  assert.deepEqual(formatMeasure(undefined, 'hPa'), ['–', 'hPa'])
  assert.equal(formatWithUnit(48, '%'), '48.0%')
  assert.equal(formatWithUnit(3, '1'), '3.00')
})

test('a unit is what the device says, else what the name suggests', () => {
  assert.equal(unitOf('x', { x: 'bar' }), 'bar')
  assert.equal(unitOf('network_sent_bytes_per_s'), 'By/s')
  assert.equal(unitOf('temperature'), 'Cel')
})

test('ages and spans choose the unit a person would', () => {
  const minute = 60_000
  assert.deepEqual(
    [-50, 1_500, 4_000, 89_000, 12 * minute, 89 * minute, 5 * 60 * minute, 72 * 60 * minute].map((age) =>
      formatAge(age).replaceAll(/\s/g, ' '),
    ),
    ['now', 'now', '4 s', '89 s', '12 min', '89 min', '5 h', '3 d'],
  )
  assert.deepEqual(
    [42_000, 15 * minute, 200 * minute, 148 * 60 * minute, 7 * 24 * 60 * minute].map((span) =>
      formatSpan(span).replaceAll(/\s/g, ' '),
    ),
    ['42 s', '15 min', '3 h 20 min', '6 d 4 h', '7 d'],
  )
})

test('counts, latencies, places', () => {
  assert.equal(formatCount(1_204_311.4), '1,204,311')
  assert.equal(formatCompact(48_123), '48.1k')
  assert.deepEqual(
    [0.84, 12.4, 1_400].map((ms) => formatLatency(ms).replaceAll(/\s/g, ' ')),
    ['0.8 ms', '12 ms', '1.40 s'],
  )
  assert.equal(formatPlace(52.52, -13.405), '52.5200° N, 13.4050° W')
})

test('a moment names its year when it is another', () => {
  const now = new Date(2026, 10, 21, 12).getTime()
  assert.equal(formatMoment(new Date(2026, 5, 1, 9, 5).getTime(), now), '1 Jun 09:05')
  assert.equal(formatMoment(new Date(2018, 5, 26, 19, 0).getTime(), now), '26 Jun 2018 19:00')
})

test('channel names become words and leave to the unit what the unit says', () => {
  assert.deepEqual(
    ['temperature', 'cpu_percent', 'network_received_bytes_per_s', 'load_1m', 'event_loop_delay_ms', 'co2', '_ms'].map(
      formatChannel,
    ),
    ['Temperature', 'CPU', 'Network received', 'Load 1m', 'Event loop delay', 'CO₂', '_ms'],
  )
})
