// Ranges and widths: what a person writes, and the bounds that keep an answer finite.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { day_ms, hour_ms, minute_ms } from '#core/time.ts'
import { bucketOf, instantOf, niceBucket_ms, niceBuckets_ms, rangeOf } from './range.ts'

const now = Date.UTC(2026, 10, 21, 6)

test('instants are ISO 8601, epoch ms, now, or relative to it', () => {
  assert.equal(instantOf('now', now, 'from'), now)
  assert.equal(instantOf('-1h', now, 'from'), now - hour_ms)
  assert.equal(instantOf('-1h30m', now, 'from'), now - 90 * minute_ms)
  assert.equal(instantOf('+1d', now, 'from'), now + day_ms)
  assert.equal(instantOf('2026-11-21T06:00:00Z', now, 'from'), now)
  assert.equal(instantOf(String(now), now, 'from'), now)
  assert.equal(instantOf('-100000d', now, 'from'), 0)
  for (const wrong of ['', '-', '-1y', 'yesterday', '1h', '2026-13-01']) {
    assert.throws(() => instantOf(wrong, now, 'from'), { name: 'InputError' }, wrong)
  }
})

test('now as the end includes what carries this very millisecond', () => {
  assert.deepEqual(rangeOf({ from: '-1h', to: 'now' }, now), { from: now - hour_ms, to: now + 1 })
  assert.throws(() => rangeOf({ from: 'now', to: '-1h' }, now), /is not before to/)
})

test('a nice bucket cuts any range into at most that many, with the smallest width that does', () => {
  const range = fc.tuple(fc.integer({ min: 0, max: now }), fc.integer({ min: 1, max: 50 * 365 * day_ms }))
  fc.assert(
    fc.property(range, fc.integer({ min: 2, max: 2_000 }), ([from, length], points) => {
      const to = from + length
      const width = niceBucket_ms({ from, to }, points)
      const count = (bucket: number) => Math.ceil(to / bucket) - Math.floor(from / bucket)
      assert.ok(count(width) <= points, `${count(width)} buckets of ${width}`)
      assert.ok(niceBuckets_ms.includes(width) || width % day_ms === 0)
      const smaller = niceBuckets_ms.filter((other) => other < width).at(-1)
      if (smaller) assert.ok(count(smaller) > points)
    }),
  )
})

test('buckets are durations; too many of them are refused with what would be right', () => {
  const range = { from: now - day_ms, to: now }
  assert.equal(bucketOf('90s', range), 90_000)
  assert.equal(bucketOf('auto', range), 2 * minute_ms)
  assert.throws(() => bucketOf('100ms', range), /864000 buckets of 100ms/)
  for (const wrong of ['5', '', '0s', '1.0001ms', '-1h'])
    assert.throws(() => bucketOf(wrong, range), /not a duration/, wrong)
})
