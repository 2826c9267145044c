import { deepEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gridded } from './grid.ts'

test('readings stand as far apart as their times, the nearest of a cell counts', () => {
  const grid = gridded(Float64Array.of(0, 1000, 3000, 3900, 4200), Float64Array.of(1, 2, 3, 4, 5), 1000)
  deepEqual(grid, Float64Array.of(1, 2, Number.NaN, 3, 4))
})

test('no silence drops a reading or makes the grid more than four times the readings', () => {
  const gap = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 1e9 }))
  fc.assert(
    fc.property(fc.array(gap, { minLength: 1, maxLength: 60 }), (gaps) => {
      let at = 0
      const times = Float64Array.from(gaps, (steps) => {
        at += 1000 * steps
        return at
      })
      const values = times.map((_, i) => i)
      const grid = gridded(times, values, 1000)
      deepEqual(
        grid.filter((x) => !Number.isNaN(x)),
        values,
      )
      ok(grid.length <= 4 * times.length, `${grid.length} cells for ${times.length} readings`)
    }),
  )
})
