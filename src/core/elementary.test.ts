import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { cos, cosTurns, exp, inverseNormal, log, power, sin, sinTurns } from './elementary.ts'

// Made by test/golden/elementary.py with 40 digits.
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/elementary.json', import.meta.url), 'utf8'),
) as Record<string, [number, number][]>
const functions = { sin, cos, exp, log, inverseNormal }

for (const [name, evaluate] of Object.entries(functions)) {
  test(`${name} agrees with 40-digit values`, () => {
    for (const [x, expected] of golden[name]!) {
      // Near a zero of the sine its argument's own rounding counts, not the relative error.
      const scale = name === 'sin' || name === 'cos' ? 1 : Math.max(Math.abs(expected), 1e-300)
      const error = Math.abs(evaluate(x) - expected) / scale
      ok(error < 1e-15, `${name}(${x}) = ${evaluate(x)}, not ${expected}`)
    }
  })
}

test('turns repeat exactly', () => {
  equal(sinTurns(0.25), 1)
  equal(cosTurns(3), 1)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1 << 20 }), fc.integer({ min: 0, max: 1023 }), (whole, part) => {
      equal(sinTurns(whole + part / 1024), sinTurns(part / 1024))
    }),
  )
})

test('limits are those of mathematics', () => {
  deepEqual([exp(-1e4), exp(1e4), log(0), power(0, 2)], [0, Infinity, -Infinity, 0])
  ok(Number.isNaN(log(-1)) && Number.isNaN(exp(Number.NaN)))
})

test('power is exp of log', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.double({ min: -9, max: 9, noNaN: true }),
      (x, y) => {
        ok(Math.abs(power(x, y) / x ** y - 1) < 1e-12)
      },
    ),
  )
})
