import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { day_ms, formatDuration, formatTime, hour_ms, minute_ms, parseDuration, parseTime, time_max } from './time.ts'

const read: readonly (readonly [unknown, string | undefined])[] = [
  ['2026-11-21', '2026-11-21T00:00:00.000Z'],
  ['2026-11-21 05:58', '2026-11-21T05:58:00.000Z'],
  ['2026-11-21 05:58:07', '2026-11-21T05:58:07.000Z'],
  ['2026-11-21T05:58:07.250Z', '2026-11-21T05:58:07.250Z'],
  ['2026-11-21T05:58:07,25+01:00', '2026-11-21T04:58:07.250Z'],
  ['2026-11-21T23:58:07-0930', '2026-11-22T09:28:07.000Z'],
  ['2026-11-21T05:58:07.9999999Z', '2026-11-21T05:58:08.000Z'],
  ['2026-01-31T23:59:59.9999Z', '2026-02-01T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  [1_458_117_704_955, '2016-03-16T08:41:44.955Z'],
  [1_458_117_704, '2016-03-16T08:41:44.000Z'],
  ['1458117704', '2016-03-16T08:41:44.000Z'],
  ['2026-02-29', undefined],
  ['2026-02-31T10:00:00Z', undefined],
  ['2026-13-01', undefined],
  ['2026-11-21T24:00:00Z', undefined],
  ['2026-11-21T10:61:00Z', undefined],
  ['21.11.2026', undefined],
  ['2026-01-01T00:00:00+99:99', undefined],
  ['yesterday', undefined],
  ['', undefined],
  [-5, undefined],
  [Number.NaN, undefined],
  [time_max + 1, undefined],
  [null, undefined],
  [{}, undefined],
]

for (const [input, expected] of read) {
  test(`parseTime(${JSON.stringify(input)}) is ${expected}`, () => {
    const at = parseTime(input)
    equal(at === undefined ? undefined : formatTime(at), expected)
  })
}

test('every instant is read back from its own text', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: time_max }), (at) => parseTime(formatTime(at)) === at))
})

test('durations are read, and written so that they are read back', () => {
  deepEqual(['250ms', '10s', '5m', '5min', '1h30m', '7d', '2w', '0.5s'].map(parseDuration), [
    250,
    10_000,
    5 * minute_ms,
    5 * minute_ms,
    hour_ms + 30 * minute_ms,
    7 * day_ms,
    14 * day_ms,
    500,
  ])
  deepEqual(['', '5', 'h', '-1h', '1 h', '0s', '1y'].map(parseDuration), Array(7).fill(undefined))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 * 365 * day_ms }), (ms) => parseDuration(formatDuration(ms)) === ms),
  )
})
