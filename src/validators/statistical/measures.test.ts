import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { InputError } from '#core/errors.ts'
import { createRng } from '#core/rng.ts'
import type { Frame } from '#core/series.ts'
import { frameOf } from '../contract.ts'
import validator from './index.ts'

const finding = (candidate: Frame, reference: Frame, name: string) =>
  validator.validate(candidate, reference).find((one) => one.name === name)!
const changed = (frame: Frame, change: (x: number, i: number) => number): Frame => ({
  ...frame,
  channels: frame.channels.map((channel, c) =>
    c === 0 ? { ...channel, values: channel.values.map(change) } : channel,
  ),
})

test('a frame against itself scores 100, another draw of the same process high', () => {
  equal(finding(frameOf(1), frameOf(1), 'fidelity.overall').value, 100)
  const other = finding(frameOf(1, 4000), frameOf(2, 4000), 'fidelity.overall')
  ok(other.value > 85 && other.verdict === 'pass', `${other.value}`)
})

test('each kind of unlikeness is seen by the measurement that is for it, and costs points', () => {
  const real = frameOf(1, 3000)
  const shuffle = createRng('shuffle')
  const order = Array.from({ length: 3000 }, (_, i) => i).sort((a, b) => shuffle.uniformAt(a) - shuffle.uniformAt(b))
  const cases: [string, Frame][] = [
    ['mean.a', changed(real, (x) => x + 3)],
    ['deviation.a', changed(real, (x) => 20 + 3 * (x - 20))],
    [
      'acf.a',
      {
        ...real,
        channels: real.channels.map((one) => ({ ...one, values: Float64Array.from(order, (i) => one.values[i]!) })),
      },
    ],
    ['roughness.a', changed(real, (x, i) => x + 4 * createRng(9).normalAt(i))],
    ['correlation.a.b', changed(real, (_, i) => real.channels[0]!.values[(i + 1500) % 3000]!)],
  ]
  for (const [name, candidate] of cases) {
    const one = finding(candidate, real, name)
    ok(one.value > one.threshold! && one.verdict !== 'pass', `${name} is ${one.value}`)
    ok(finding(candidate, real, 'fidelity.overall').value < 95)
  }
})

test('the overall figure is the mean of its aspects, each the mean of 100 (1 - value / 2 threshold), not below 0', () => {
  const findings = validator.validate(frameOf(1), frameOf(5))
  const aspects = [/^(ks|wasserstein)\./, /^(mean|deviation|quantiles)\./, /^(acf|roughness)\./, /^correlation\./].map(
    (pattern) => {
      const scores = findings
        .filter(({ name }) => pattern.test(name))
        .map(({ value, threshold }) => 100 * Math.max(0, 1 - value / (2 * threshold!)))
      return scores.reduce((sum, x) => sum + x, 0) / scores.length
    },
  )
  const expected = aspects.reduce((sum, x) => sum + x, 0) / aspects.length
  ok(Math.abs(findings[0]!.value - expected) < 0.06, `${findings[0]!.value}, by hand ${expected}`)
})

test('frames of different steps are compared on the coarser one', () => {
  const fine = frameOf(1, 6000)
  const keep = (x: Float64Array) => x.filter((_, i) => i % 5 === 0)
  const coarse = {
    times: keep(fine.times),
    channels: fine.channels.map((one) => ({ ...one, values: keep(one.values) })),
  }
  ok(finding(fine, coarse, 'acf.a').value < 0.02)
})

test('what comes after a long silence counts as much as what comes before', () => {
  const dense = frameOf(1, 4000)
  const real = { ...dense, times: dense.times.map((at, i) => at + (i < 2000 ? 0 : 86_400_000)) }
  equal(finding(real, real, 'fidelity.overall').value, 100)
  const late = (x: number, i: number) => (i < 2000 ? x : x + 300)
  const shifted = { ...real, channels: real.channels.map((one) => ({ ...one, values: one.values.map(late) })) }
  for (const name of ['wasserstein.a', 'mean.a', 'deviation.a', 'acf.a', 'correlation.a.b', 'fidelity.overall'])
    equal(finding(shifted, real, name).verdict, 'fail', name)
})

test('a channel that reports in every second row is compared at its own step', () => {
  const every = (frame: Frame, rows: number) => changed(frame, (x, i) => (i % rows === 0 ? x : Number.NaN))
  const [full, real] = [frameOf(1, 4000), every(frameOf(2, 4000), 2)]
  for (const candidate of [full, every(full, 2), every(full, 3)]) {
    for (const name of ['roughness.a', 'acf.a']) equal(finding(candidate, real, name).verdict, 'pass', name)
  }
  equal(
    finding(
      changed(full, (x, i) => x + 4 * createRng(9).normalAt(i)),
      real,
      'roughness.a',
    ).verdict,
    'fail',
  )
})

test('a channel that only the reference has scores 0 in every aspect, and is named', () => {
  const two = frameOf(1)
  const [a, b] = two.channels as [Frame['channels'][0], Frame['channels'][0]]
  const c = { ...a, name: 'c', values: a.values.map((x, i) => x + createRng(4).normalAt(i)) }
  const real = { ...two, channels: [a, b, c] }
  const only = (...channels: Frame['channels']) => validator.validate({ ...real, channels }, real)
  const missing = (findings: ReturnType<typeof only>) =>
    findings.filter(({ name, verdict }) => name.startsWith('missing.') && verdict === 'fail').map(({ name }) => name)
  // Of three channels one is left, of three pairs none: values, spread and memory 33, connections 0.
  deepEqual([only(a)[0]!.value, missing(only(a))], [25, ['missing.b', 'missing.c']])
  // Two channels and one pair of three: 67, 67, 67 and 33, in whatever order they come.
  deepEqual([only(c, a)[0]!.value, missing(only(c, a))], [58.3, ['missing.b']])
  const silent = { ...b, values: b.values.map((x, i) => (i < 15 ? x : Number.NaN)) }
  deepEqual(missing(only(a, silent, c)), ['missing.b'])
  deepEqual(missing(only(...real.channels, { ...a, name: 'more' })), [])
  equal(only(...real.channels, { ...a, name: 'more' })[0]!.value, 100)
})

test('where no readings are one step apart there is no roughness to compare', () => {
  const times = Float64Array.from({ length: 60 }, (_, i) => 1000 * 1.5 ** i)
  const sparse = { times, channels: [{ name: 'a', unit: '', values: frameOf(1, 60).channels[0]!.values }] }
  const findings = validator.validate(frameOf(2), sparse)
  ok(!findings.some(({ name }) => name === 'roughness.a'))
  ok(findings.every(({ value }) => Number.isFinite(value)))
})

test('what is not finite, or too large to be squared, is a gap', () => {
  for (const bad of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e200]) {
    const spoilt = (frame: Frame, value: number) => changed(frame, (x, i) => (i % 100 === 7 ? value : x))
    const findings = validator.validate(spoilt(frameOf(1), bad), spoilt(frameOf(2), bad))
    deepEqual(findings, validator.validate(spoilt(frameOf(1), Number.NaN), spoilt(frameOf(2), Number.NaN)))
    ok(findings.every(({ value }) => Number.isFinite(value)))
  }
})

test('what cannot be compared is refused with what is missing', () => {
  throws(() => validator.validate(frameOf(1), undefined), /reference is needed/)
  throws(
    () => validator.validate(frameOf(1, 10), frameOf(2)),
    (error: unknown) => error instanceof InputError && /16 values/.test(error.message),
  )
})
