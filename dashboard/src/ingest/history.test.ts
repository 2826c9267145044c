// Seconds of ingestion become bars; nothing is lost and nothing invented.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capOf, step_s, stepAt, stepsOf } from './history.ts'

const now = 1_700_000_003_400
const end = Math.floor(now / 1000 / step_s) * step_s

test('events land in their step, stacked', () => {
  const steps = stepsOf(
    [
      [end - 601, 99, 99, 99, 99],
      [end - 10, 50, 10, 5, 4],
      [end - 9, 50, 0, 0, 9],
      [end - 1, 5, 0, 0, 1],
      [end, 99, 0, 0, 99],
    ],
    now,
  )
  assert.equal(steps.times.length, 120)
  assert.equal(steps.times.at(-1), (end - step_s) * 1000)
  assert.deepEqual(stepAt(steps, 118), { accepted: 20, duplicate: 2, rejected: 1, p99: 9 })
  assert.deepEqual(stepAt(steps, 119), { accepted: 1, duplicate: 0, rejected: 0, p99: 1 })
  assert.deepEqual(stepAt(steps, 0), { accepted: 0, duplicate: 0, rejected: 0, p99: null })
})

test('a burst does not flatten the rest', () => {
  const usual = Array.from({ length: 40 }, (_, i) => 10 + (i % 5))
  assert.equal(capOf(usual), 14)
  assert.equal(capOf([...usual, 100]), 100, 'a peak is not a burst')
  assert.ok(capOf([...usual, 40_000]) < 50)
  assert.equal(capOf([40_000, 10]), 40_000, 'too little to know what is usual')
  assert.equal(capOf([]), 0)
  assert.equal(capOf([null, 0, 3]), 3)
})
