// Live readings in the last buckets of a chart, and lines brought onto one time axis.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Reading } from './api.ts'
import { alignLines, type Line, lineOf, mergeReading, reachesReal, trimBefore } from './merge.ts'

const series = (times: number[], values: number[]) => ({
  device: 'a',
  channel: 'x',
  unit: '',
  synthetic: false,
  times,
  avg: values,
  min: values,
  max: values,
})
const reading = (recordedAt: number, x: number, device = 'a'): Reading => ({
  id: `${recordedAt}`,
  device,
  recordedAt,
  receivedAt: recordedAt,
  values: { x },
})

test('readings fill the bucket under way and open the next', () => {
  const line = lineOf(series([0, 10], [1, 2]), 10)
  assert.ok(mergeReading(line, reading(12, 4)))
  assert.deepEqual([line.avg[1], line.min[1], line.max[1]], [3, 2, 4])
  assert.ok(mergeReading(line, reading(25, 7)))
  assert.deepEqual(line.times, [0, 10, 20])
  assert.ok(!mergeReading(line, reading(5, 100)), 'older than the last bucket')
  assert.ok(!mergeReading(line, reading(26, 1, 'b')), 'another device')
  assert.ok(!mergeReading(line, { ...reading(26, 1), values: { y: 1 } }), 'another channel')
})

test('buckets that began after the load are exact, whatever arrives', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ step: fc.integer({ min: 0, max: 30 }), value: fc.double({ min: -1e3, max: 1e3, noNaN: true }) }),
        {
          minLength: 1,
          maxLength: 60,
        },
      ),
      (steps) => {
        const line: Line = lineOf(series([], []), 10)
        const buckets = new Map<number, number[]>()
        let at = 0
        for (const { step, value } of steps) {
          at += step
          mergeReading(line, reading(at, value))
          const bucket = Math.floor(at / 10) * 10
          buckets.set(bucket, [...(buckets.get(bucket) ?? []), value])
        }
        assert.deepEqual(line.times, [...buckets.keys()])
        ;[...buckets.values()].forEach((values, i) => {
          const mean = values.reduce((a, b) => a + b, 0) / values.length
          assert.ok(Math.abs(line.avg[i]! - mean) < 1e-6)
          assert.equal(line.min[i], Math.min(...values))
          assert.equal(line.max[i], Math.max(...values))
        })
      },
    ),
  )
})

test('a gap is null, an instant that only the other line has is undefined', () => {
  const a = lineOf(series([0, 10, 20, 100, 110], [1, 2, 3, 4, 5]), 10)
  const b = { ...lineOf(series([0, 5, 10, 15, 20, 25], [9, 9, 9, 9, 9, 9]), 5), device: 'b' }
  const [times, average, , , other] = alignLines([a, b])
  assert.deepEqual(times, [0, 5, 10, 15, 20, 25, 30, 100, 110])
  assert.deepEqual(average, [1, undefined, 2, undefined, 3, null, null, 4, 5])
  assert.deepEqual(other, [9, 9, 9, 9, 9, 9, null, null, null])
})

test('trimming keeps the bucket that leads in from the left', () => {
  const times = Array.from({ length: 200 }, (_, i) => i * 10)
  const line = lineOf(series(times, times), 10)
  trimBefore(line, 1_500)
  assert.equal(line.times[0], 1_490)
  assert.equal(line.avg.length, line.times.length)
  trimBefore(line, 1_510)
  assert.equal(line.times[0], 1_490, 'a few buckets are not worth moving the rest')
})

test('a twin has caught up when its line covers the real one, not when its first points are there', () => {
  const of = (device: string, times: number[]) => ({ ...series(times, times), device })
  const chart = (...all: ReturnType<typeof of>[]) => ({ from: 0, to: 200, bucket_ms: 1, labels: [], series: all })
  const real = of('a', [0, 50, 100])
  assert.ok(!reachesReal(chart(real), 'twin'), 'no line yet')
  assert.ok(!reachesReal(chart(real, of('twin', [])), 'twin'), 'an empty line')
  assert.ok(!reachesReal(chart(real, of('twin', [0, 40])), 'twin'), 'its end is missing')
  assert.ok(!reachesReal(chart(real, of('twin', [60, 100])), 'twin'), 'its beginning is missing')
  assert.ok(reachesReal(chart(real, of('twin', [4, 96])), 'twin'), 'a gap at an end is its own')
  assert.ok(reachesReal(chart(of('a', []), of('twin', [])), 'twin'), 'nothing to reach')
})
