import { equal, ok, rejects } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { InputError } from '#core/errors.ts'
import { createRng } from '#core/rng.ts'
import type { Frame } from '#core/series.ts'
import { hour_ms } from '#core/time.ts'
import { autocorrelation, correlation, deviation, kolmogorovSmirnov, mean, sorted } from '#maths/statistics.ts'
import { take } from '../contract.ts'
import type { Model } from '../generator.ts'
import statistical from './index.ts'

const from = Date.UTC(2026, 2, 2)
const rng = createRng('fit')
const frameOf = (step_ms: number, columns: Record<string, { unit?: string; values: ArrayLike<number> }>): Frame => {
  const rows = Object.values(columns)[0]!.values.length
  return {
    times: Float64Array.from({ length: rows }, (_, i) => from + i * step_ms),
    channels: Object.entries(columns).map(([name, { unit = '', values }]) => ({
      name,
      unit,
      values: Float64Array.from(values),
    })),
  }
}
const fit = (frame: Frame, params: object = {}): Promise<Model> =>
  statistical.fit(frame, statistical.params.parse(params), { rng: createRng(1) })
const column = (frame: Frame, name: string) => frame.channels.find((channel) => channel.name === name)!.values
const made = (model: Model, length: number, seed = 1) =>
  take(model, { from, step_ms: model.card.step_ms, length, rng: createRng(seed) })
const says = (model: Model, text: string) =>
  ok(
    model.card.findings.some((finding) => finding.includes(text)),
    `'${text}' is not in: ${model.card.findings.join(' | ')}`,
  )
/** First-order memory. */
const memory = (rows: number, keep: number, label: string) => {
  const own = rng.derive(label)
  let state = 0
  return Array.from({ length: rows }, (_, i) => {
    state = keep * state + Math.sqrt(1 - keep * keep) * own.normalAt(i)
    return state
  })
}

test('two seasons and their sizes are found, none where there is none', async () => {
  const noise = memory(24 * 90, 0.7, 'two')
  const values = noise.map(
    (x, i) => 50 + 4 * Math.sin((2 * Math.PI * i) / 24) + 3 * Math.sin((2 * Math.PI * i) / 168 + 1) + x,
  )
  const model = await fit(frameOf(hour_ms, { load: { values } }))
  says(model, '1d')
  says(model, '7d')
  const twin = column(made(model, values.length), 'load')
  const acf = autocorrelation(twin, 24)
  ok(acf[24]! > acf[12]! + 0.3, 'the day shows in the twin')
  for (const keep of [0, 0.9, 0.99]) {
    const plain = await fit(frameOf(hour_ms, { noise: { values: memory(3000, keep, `plain ${keep}`) } }))
    says(plain, 'no season found')
  }
})

test('a period that is not in any calendar is found within one percent', async () => {
  const values = memory(4000, 0.5, 'odd').map((x, i) => 3 * Math.sin((2 * Math.PI * i) / 83.7) + x)
  const model = await fit(frameOf(60_000, { pump: { values } }))
  const document = model.save() as { channels: { source: { terms: { period_ms: number }[] } }[] }
  const found = document.channels[0]!.source.terms.map((term) => term.period_ms / 60_000)
  ok(
    found.some((period) => Math.abs(period / 83.7 - 1) < 0.01),
    `found ${found}`,
  )
})

test('memory, correlation and a skewed distribution come back', async () => {
  const [shared, own] = [memory(6000, 0.95, 'shared'), memory(6000, 0.5, 'own')]
  const frame = frameOf(1000, {
    a: { values: shared.map((x, i) => Math.exp(0.8 * x + 0.2 * own[i]!)) },
    b: { values: shared.map((x, i) => -2 * x + own[5999 - i]! * 0.5) },
  })
  const twin = made(await fit(frame), 6000)
  const [a, b] = [column(twin, 'a'), column(twin, 'b')]
  ok(kolmogorovSmirnov(sorted(a), sorted(column(frame, 'a'))) < 0.12)
  const [wanted, got] = [correlation(column(frame, 'a'), column(frame, 'b')), correlation(a, b)]
  ok(Math.abs(wanted - got) < 0.2, `correlation ${got}, real ${wanted}`)
  const [real, mine] = [autocorrelation(column(frame, 'b'), 20), autocorrelation(b, 20)]
  for (const lag of [1, 5, 20])
    ok(Math.abs(real[lag]! - mine[lag]!) < 0.15, `lag ${lag}: ${mine[lag]}, real ${real[lag]}`)
})

test('resolution, whole numbers and limits are kept', async () => {
  const noise = memory(3000, 0.9, 'grain')
  const frame = frameOf(1000, {
    half: { values: noise.map((x) => Math.round(2 * (20 + x)) / 2) },
    count: { unit: '1', values: noise.map((x) => Math.max(0, Math.round(2 * x))) },
    share: { unit: '%', values: noise.map((x) => Math.min(100, Math.round(930 + 80 * x) / 10)) },
    pages: { values: noise.map((x) => 4096 * Math.round(1_500_000 + 1000 * x)) },
  })
  const twin = made(await fit(frame, { gaps: 0 }), 5000, 3)
  ok(column(twin, 'half').every((x) => Number.isInteger(2 * x)))
  ok(column(twin, 'count').every((x) => Number.isInteger(x) && x >= 0))
  ok(column(twin, 'share').every((x) => x >= 0 && x <= 100 && Math.abs(x * 10 - Math.round(x * 10)) < 1e-9))
  ok(column(twin, 'pages').every((x) => x % 4096 === 0))
  ok(column(twin, 'count').some((x) => x === 0))
})

test('gaps and jitter come back in their share', async () => {
  const rows = 8000
  const values = memory(rows, 0.9, 'gaps').map((x, i) =>
    i % 1000 < 40 || rng.derive('hole').uniformAt(i) < 0.03 ? Number.NaN : x,
  )
  const regular = frameOf(1000, { x: { values } })
  const jittered = { ...regular, times: regular.times.map((time, i) => Math.round(time + 30 * rng.normalAt(i))) }
  const model = await fit(jittered)
  const twin = column(made(model, 4 * rows), 'x')
  const share = (x: Float64Array) => x.filter((value) => Number.isNaN(value)).length / x.length
  ok(
    Math.abs(share(twin) - share(column(regular, 'x'))) < 0.025,
    `${share(twin)} missing, real ${share(column(regular, 'x'))}`,
  )
  const late = Float64Array.from({ length: 3000 }, (_, i) => model.jitter!(from + i * 1000, createRng(1)))
  ok(Math.abs(deviation(late) - 30) < 6, `jitter ${deviation(late)}`)
})

test('a trend is followed over the data and held after it', async () => {
  const values = memory(1000, 0.3, 'trend').map((x, i) => 10 + 0.05 * i + x)
  const model = await fit(frameOf(1000, { level: { values } }))
  says(model, 'a trend of 4')
  const twin = column(made(model, 3000), 'level')
  ok(Math.abs(mean(twin.subarray(900, 1000)) - 57.5) < 2)
  ok(Math.abs(mean(twin.subarray(2000, 3000)) - 60) < 2)
  const flat = column(made(await fit(frameOf(1000, { level: { values } }), { trend: 0 }), 1000), 'level')
  ok(Math.abs(mean(flat.subarray(0, 200)) - mean(flat.subarray(800))) < 2)
})

test('a counter rises for ever, at its rate, in bursts', async () => {
  let total = 1e6
  const values = Array.from({ length: 600 }, (_, i) => {
    total += rng.derive('count').uniformAt(i) < 0.4 ? 0 : Math.round(1000 * rng.derive('burst').uniformAt(i))
    return total
  })
  const model = await fit(frameOf(1000, { received: { unit: 'By', values } }))
  says(model, 'a count that only rises')
  const twin = column(made(model, 3000), 'received')
  for (let i = 1; i < twin.length; i++) ok(twin[i]! >= twin[i - 1]!, `falls at ${i}`)
  const rate = (x: ArrayLike<number>) => (x[x.length - 1]! - x[0]!) / x.length
  ok(Math.abs(rate(twin) / rate(values) - 1) < 0.1)
})

test('a minute of a computer at 1 Hz is enough; constants stay constant', async () => {
  const own = rng.derive('host')
  const frame = frameOf(1000, {
    cpu: {
      unit: '%',
      values: Array.from({ length: 60 }, (_, i) => Math.round(10 * (5 + 40 * own.uniformAt(i) ** 6)) / 10),
    },
    load: { values: new Array(60).fill(0.4) },
    sent: {
      unit: 'By/s',
      values: Array.from({ length: 60 }, (_, i) => (i % 3 ? 0 : Math.round(Math.exp(4 + 3 * own.normalAt(i))))),
    },
  })
  const twin = made(await fit(frame), 600)
  ok(column(twin, 'load').every((x) => x === 0.4))
  ok(column(twin, 'cpu').every((x) => x >= 0 && x <= 100))
  ok(column(twin, 'sent').every((x) => x >= 0 && Number.isInteger(x)))
  ok(Math.abs(mean(column(twin, 'cpu')) - mean(column(frame, 'cpu'))) < 5)
})

test('what is too short, and a channel that is not there, are refused in words', async () => {
  const short = frameOf(1000, { x: { values: [1, 2, 3] } })
  await rejects(fit(short), (error: unknown) => error instanceof InputError && /at least 16/.test(error.message))
  const fine = frameOf(1000, { x: { values: memory(100, 0.5, 'fine') } })
  await rejects(
    fit(fine, { channels: ['y'] }),
    (error: unknown) => error instanceof InputError && error.issues[0]!.field === 'channels.0',
  )
})

const data = process.env['MILLRACE_SHARED_DATA'] ?? '../shared/data'
const skip = existsSync(`${data}/series`) ? false : `no real series at ${data}/series`

test('the taxi trips of New York have a day and a week, and their twin has them too', { skip }, async () => {
  const { series } = await import('../../../bench/series.ts')
  const frame = series['NAB nyc_taxi']!()
  const model = await fit(frame)
  says(model, 'repeats every 1d, 7d')
  const twin = column(made(model, frame.times.length), 'trips')
  const [real, mine] = [autocorrelation(column(frame, 'trips'), 336), autocorrelation(twin, 336)]
  for (const lag of [24, 48, 336]) ok(Math.abs(real[lag]! - mine[lag]!) < 0.15, `lag ${lag}`)
  equal(model.card.step_ms, 1_800_000)
})
