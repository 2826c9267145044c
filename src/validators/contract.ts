// What every validator keeps. A member's test file calls `testValidator` with its own default export.

import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { InputError } from '#core/errors.ts'
import { createRng } from '#core/rng.ts'
import type { Frame } from '#core/series.ts'
import type { Validator } from './validator.ts'

export function testValidator(validator: Validator): void {
  const { name } = validator

  test(`${name}: its findings are named once, finite, explained, and judged when there is a threshold`, () => {
    const findings = validator.validate(frameOf(1), frameOf(2))
    ok(findings.length > 0)
    equal(new Set(findings.map((finding) => finding.name)).size, findings.length)
    for (const { name: finding, value, threshold, verdict, why } of findings) {
      ok(Number.isFinite(value), `${finding} is ${value}`)
      ok(why.length > 10, `${finding} says nothing of why it matters`)
      ok(threshold !== undefined || verdict === 'info', `${finding} is judged against nothing`)
    }
  })

  test(`${name}: the same frames give the same findings, and are left as they were`, () => {
    const [candidate, reference] = [frameOf(1), frameOf(2)]
    const before = structuredClone([candidate, reference])
    deepEqual(validator.validate(candidate, reference), validator.validate(candidate, reference))
    deepEqual([candidate, reference], before)
  })

  test(`${name}: nothing fails when a frame is held against itself`, () => {
    const frame = frameOf(3)
    ok(validator.validate(frame, frame).every(({ verdict }) => verdict === 'pass' || verdict === 'info'))
  })

  test(`${name}: gaps, constants and lengths of any kind give finite findings or an InputError`, () => {
    const value = fc.oneof(
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 5),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    )
    const frame = fc.array(value, { minLength: 0, maxLength: 80 }).map(
      (values): Frame => ({
        times: Float64Array.from(values, (_, i) => i * 1000),
        channels: [{ name: 'a', unit: '', values: Float64Array.from(values) }],
      }),
    )
    fc.assert(
      fc.property(frame, frame, (candidate, reference) => {
        try {
          ok(validator.validate(candidate, reference).every((finding) => Number.isFinite(finding.value)))
        } catch (error) {
          ok(error instanceof InputError, String(error))
        }
      }),
    )
  })

  test(`${name}: frames that share no channel or are too short are refused`, () => {
    const other: Frame = { ...frameOf(1), channels: [{ ...frameOf(1).channels[0]!, name: 'else' }] }
    if (validator.needsReference) {
      throws(() => validator.validate(other, frameOf(2)), InputError)
      throws(() => validator.validate(frameOf(1), undefined), InputError)
    }
    const short: Frame = { times: Float64Array.of(1), channels: [{ name: 'a', unit: '', values: Float64Array.of(1) }] }
    throws(() => validator.validate(short, validator.needsReference ? short : undefined), InputError)
  })
}

/** Two channels that follow each other, with memory and a gap. */
export function frameOf(seed: number, rows = 600): Frame {
  const rng = createRng(seed)
  const times = Float64Array.from({ length: rows }, (_, i) => 1.7e12 + i * 1000)
  let memory = 0
  const a = times.map((_, i) => {
    memory = 0.8 * memory + rng.normalAt(i)
    return i === 50 ? Number.NaN : 20 + memory
  })
  const b = a.map((x, i) => 100 - 2 * x + rng.derive('b').normalAt(i))
  return {
    times,
    channels: [
      { name: 'a', unit: 'Cel', values: a },
      { name: 'b', unit: '%', values: b },
    ],
  }
}
