// What every generator keeps. A member's test file calls `testGenerator` with its own default export.

import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { InputError } from '#core/errors.ts'
import { createRng } from '#core/rng.ts'
import { checkFrame, type Frame } from '#core/series.ts'
import type { Generator, Model, SampleOptions } from './generator.ts'

const from = Date.UTC(2026, 0, 5)

export function testGenerator(generator: Generator): void {
  const { name, capabilities, params } = generator
  const defaults = params.parse({})
  const models: [string, () => Promise<Model>][] = []
  if (capabilities.preset) models.push(['preset', async () => generator.preset(defaults)])
  if (capabilities.fit) {
    const real = realFrame(capabilities.multivariate ? 2 : 1)
    models.push(['fitted', () => generator.fit(real, defaults, { rng: createRng(1) })])
  }

  test(`${name}: says what it can do, and can do something`, () => ok(capabilities.preset || capabilities.fit))
  test(`${name}: a parameter of the wrong kind is refused and its field named`, () => {
    const result = params.safeParse({ step_ms: 'soon', channels: 7, level: {} })
    ok(!result.success && result.error.issues.every((issue) => issue.path.length > 0))
  })
  for (const [kind, make] of models) testModel(`${name} ${kind}`, generator, make)

  test(`${name}: fitting on nothing, too little or only gaps is refused with what is needed`, async () => {
    if (!capabilities.fit) {
      await rejects(generator.fit(realFrame(1), defaults, { rng: createRng(1) }), InputError)
      return
    }
    const gaps = realFrame(1)
    gaps.channels[0]!.values.fill(Number.NaN)
    for (const nonsense of [{ times: new Float64Array(0), channels: [] }, realFrame(1, 3), gaps]) {
      await rejects(generator.fit(nonsense, defaults, { rng: createRng(1) }), (error: unknown) => {
        ok(error instanceof InputError && error.message.length > 20)
        return true
      })
    }
  })
  if (capabilities.fit) {
    test(`${name}: fitting stops when its signal aborts`, async () => {
      const signal = AbortSignal.abort(new Error('enough'))
      await rejects(generator.fit(realFrame(1), defaults, { rng: createRng(1), signal }), /enough/)
    })
  }
  test(`${name}: load refuses what is not its document`, () => {
    for (const document of [undefined, null, 3, {}, { generator: name }, { generator: 'other', version: 1 }]) {
      throws(() => generator.load(document), InputError)
    }
  })
}

function testModel(title: string, generator: Generator, make: () => Promise<Model>): void {
  const { capabilities } = generator

  test(`${title}: gives exactly the rows asked for, on time, with the channels of its card`, async () => {
    const model = await make()
    const frame = take(model, { from, step_ms: 1000, length: 257, rng: createRng(1) })
    checkFrame(frame)
    equal(frame.times.length, 257)
    deepEqual([frame.times[0], frame.times[256]], [from, from + 256_000])
    deepEqual(
      frame.channels.map((channel) => channel.name),
      model.card.channels.map((channel) => channel.name),
    )
    ok(frame.channels.every(({ values }) => values.some((x) => Number.isFinite(x))))
    ok(frame.channels.every(({ values }) => values.every((x) => Number.isFinite(x) || Number.isNaN(x))))
    equal(take(model, { from, step_ms: 1000, length: 0, rng: createRng(1) }).times.length, 0)
  })

  test(`${title}: the same seed gives the same bytes, another seed others`, async () => {
    const [one, other] = [await make(), await make()]
    const options = { from, step_ms: one.card.step_ms, length: 600 }
    sameBytes(take(one, { ...options, rng: createRng(7) }), take(other, { ...options, rng: createRng(7) }))
    const moved = take(one, { ...options, rng: createRng(8) })
    throws(() => sameBytes(take(one, { ...options, rng: createRng(7) }), moved))
  })

  test(`${title}: the size of chunks changes no byte`, async () => {
    const model = await make()
    const options = { from: from + 12_345, step_ms: model.card.step_ms, length: 1200, rng: createRng(3) }
    const whole = take(model, options)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1300 }), (chunk) => sameBytes(take(model, { ...options, chunk }), whole)),
      { numRuns: 12 },
    )
  })

  test(`${title}: a saved model, read back from JSON, gives the same bytes`, async () => {
    const model = await make()
    const again = generator.load(JSON.parse(JSON.stringify(model.save())))
    const options = { from, step_ms: model.card.step_ms, length: 500, rng: createRng(5) }
    sameBytes(take(again, options), take(model, options))
    deepEqual(JSON.parse(JSON.stringify(again.card)), JSON.parse(JSON.stringify(model.card)))
  })

  test(`${title}: an endless stream goes on until it is stopped`, async () => {
    const model = await make()
    let rows = 0
    for (const chunk of model.sample({ from, step_ms: 1000, length: Number.POSITIVE_INFINITY, rng: createRng(1) })) {
      rows += chunk.times.length
      if (rows > 9000) break
    }
    ok(rows > 9000)
    const controller = new AbortController()
    const stream = model.sample({ from, step_ms: 1000, length: 1e9, rng: createRng(1), signal: controller.signal })
    const chunks = stream[Symbol.iterator]()
    chunks.next()
    controller.abort(new Error('enough'))
    throws(() => chunks.next(), /enough/)
  })

  test(`${title}: nonsense to sample is refused with its field`, async () => {
    const model = await make()
    for (const wrong of [{ from: Number.NaN }, { step_ms: 0 }, { step_ms: -5 }, { length: -1 }, { chunk: 0 }]) {
      const options = { from, step_ms: 1000, length: 5, rng: createRng(1), ...wrong }
      throws(
        () => take(model, options),
        (error: unknown) => error instanceof InputError && error.issues[0]?.field === Object.keys(wrong)[0],
      )
    }
  })

  test(`${title}: its card says what it is`, async () => {
    const { card } = await make()
    equal(card.generator, generator.name)
    ok(card.step_ms > 0 && card.summary.length > 0 && card.findings.length > 0 && card.channels.length > 0)
  })

  if (!capabilities.seekable) return
  test(`${title}: a value looked up has the bits of the value streamed, at any step and any start`, async () => {
    const model = await make()
    const row = new Float64Array(model.card.channels.length)
    const step = fc.oneof(fc.constant(model.card.step_ms), fc.integer({ min: 1, max: 7_200_000 }), fc.constant(33.4))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2e9 }), step, fc.nat(1000), (offset, step_ms, seed) => {
        const rng = createRng(seed)
        const frame = take(model, { from: from + offset, step_ms, length: 40, rng })
        // Backwards, and with an rng of its own: nothing may depend on what was read before.
        const other = createRng(seed)
        for (let i = 39; i >= 0; i--) {
          model.at!(frame.times[i]!, other, row)
          for (const [c, channel] of frame.channels.entries()) ok(Object.is(row[c], channel.values[i]))
        }
      }),
      { numRuns: 40 },
    )
  })

  if (!capabilities.anomalies) return
  test(`${title}: planted anomalies are labelled, inside the range asked for, and change what they label`, async () => {
    const planted = generator.params.parse({
      anomalies: [{ kind: 'level_shift', rate_per_day: 24, duration_ms: 600_000, magnitude: 40 }],
    })
    const model = title.endsWith('preset')
      ? generator.preset(planted)
      : await generator.fit(realFrame(2), planted, { rng: createRng(1) })
    const [plain, rng] = [await make(), createRng(11)]
    const range = { from, to: from + 12 * 3_600_000 }
    const found = model.anomalies(range, rng)
    ok(found.length > 4, `${found.length} anomalies in half a day`)
    for (const { from: start, to, kind, channel } of found) {
      ok(start < range.to && to > range.from && to > start)
      equal(kind, 'level_shift')
      ok(model.card.channels.some((one) => one.name === channel))
    }
    const [a, b] = [new Float64Array(model.card.channels.length), new Float64Array(model.card.channels.length)]
    for (let time = range.from; time < range.to; time += 60_000) {
      model.at!(time, rng, a)
      plain.at!(time, rng, b)
      for (const [c, { name: channel }] of model.card.channels.entries()) {
        const inside = found.some((one) => one.channel === channel && one.from <= time && time < one.to)
        if (!inside) ok(Object.is(a[c], b[c]), `${channel} changed at ${time} without a label`)
      }
    }
    deepEqual(model.anomalies(range, createRng(11)), found)
    deepEqual(
      model.anomalies({ from: range.from, to: range.from + 3_600_000 }, rng),
      found.filter((one) => one.from < range.from + 3_600_000),
    )
  })
}

/** All chunks as one frame. */
export function take(model: Model, options: SampleOptions): Frame {
  const chunks = [...model.sample(options)]
  const join = (parts: Float64Array[]) => {
    const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      joined.set(part, at)
      at += part.length
    }
    return joined
  }
  return {
    times: join(chunks.map((chunk) => chunk.times)),
    channels: model.card.channels.map((channel, c) => ({
      ...channel,
      values: join(chunks.map((chunk) => chunk.channels[c]!.values)),
    })),
  }
}

/** Throws unless both frames have the same bits everywhere. */
export function sameBytes(a: Frame, b: Frame): void {
  equal(a.times.length, b.times.length)
  for (let i = 0; i < a.times.length; i++) ok(Object.is(a.times[i], b.times[i]))
  for (const [c, { name, values }] of a.channels.entries()) {
    const other = b.channels[c]!
    equal(other.name, name)
    for (let i = 0; i < values.length; i++) ok(Object.is(values[i], other.values[i]), `${name} differs in row ${i}`)
  }
}

/** Something like a room: days, noise with memory, a gap, two decimals. Four days of minutes unless said. */
export function realFrame(channels: number, rows = 4 * 1440): Frame {
  const rng = createRng('real')
  const times = Float64Array.from({ length: rows }, (_, i) => from + i * 60_000)
  const columns = Array.from({ length: channels }, () => new Float64Array(rows))
  let wander = 0
  for (let i = 0; i < rows; i++) {
    wander = 0.98 * wander + 0.2 * rng.normalAt(i)
    for (const [c, column] of columns.entries()) {
      const value = 20 + 10 * c + 3 * Math.sin((2 * Math.PI * i) / 1440) + wander + 0.1 * rng.derive(c).normalAt(i)
      column[i] = i >= 700 && i < 720 ? Number.NaN : Math.round(value * 100) / 100
    }
  }
  return { times, channels: columns.map((values, c) => ({ name: `channel-${c}`, unit: 'Cel', values })) }
}
