import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { InputError } from '#core/errors.ts'
import { createRng } from '#core/rng.ts'
import { day_ms, hour_ms, minute_ms } from '#core/time.ts'
import { correlation, crossCorrelation, deviation, mean } from '#maths/statistics.ts'
import { take } from '../contract.ts'
import statistical from './index.ts'
import { presetNames } from './params.ts'

const from = Date.UTC(2026, 5, 1)
const make = (params: object) => statistical.preset(statistical.params.parse({ gaps: 0, ...params }))
const rows = (params: object, step_ms: number, length: number, seed: number | string = 1) => {
  const frame = take(make(params), { from, step_ms, length, rng: createRng(seed) })
  return Object.fromEntries(frame.channels.map(({ name, values }) => [name, values])) as Record<string, Float64Array>
}
const hourMean = (values: Float64Array, hour: number) => mean(values.filter((_, i) => i % 24 === hour))

test('every preset gives finite values inside its limits, anywhere on earth, for years', () => {
  const place = fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    altitude_m: fc.integer({ min: 0, max: 4000 }),
    device: fc.string(),
  })
  fc.assert(
    fc.property(place, fc.nat(), fc.double({ min: 0, max: 1e9, noNaN: true }), (where, seed, offset) => {
      const model = make({ channels: [...presetNames], ...where })
      const document = model.save() as { channels: { name: string; lower?: number; upper?: number }[] }
      const row = new Float64Array(presetNames.length)
      for (let i = 0; i < 8; i++) {
        model.at!(from + offset * 60 + i * 37 * hour_ms, createRng(seed), row)
        for (const [c, { name, lower, upper }] of document.channels.entries()) {
          ok(Number.isFinite(row[c]), `${name} is ${row[c]}`)
          ok(row[c]! >= (lower ?? -90) && row[c]! <= (upper ?? 2e5), `${name} is ${row[c]}`)
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('days: afternoons are warm and dry, nights dark, in local solar time', () => {
  for (const longitude of [0, 90, -120]) {
    const channels = ['temperature', 'humidity', 'light']
    const { temperature, humidity, light } = rows({ channels, longitude, latitude: 45 }, hour_ms, 24 * 40)
    const utc = (localHour: number) => (localHour - longitude / 15 + 48) % 24
    ok(hourMean(temperature!, utc(15)) > hourMean(temperature!, utc(5)) + 3)
    ok(hourMean(humidity!, utc(15)) < hourMean(humidity!, utc(5)) - 8)
    ok(hourMean(light!, utc(12)) > 10_000 && hourMean(light!, utc(0)) < 50)
    ok(correlation(temperature!, humidity!) < -0.3)
  }
})

test('years: July is warm in the north and cold in the south', () => {
  for (const [latitude, sign] of [
    [50, 1],
    [-50, -1],
  ] as const) {
    const { temperature } = rows({ channels: ['temperature'], latitude }, day_ms, 365)
    const july = mean(temperature!.subarray(30, 61))
    const january = mean(temperature!.subarray(214, 245))
    ok(sign * (july - january) > 10, `${july} and ${january} at ${latitude}`)
  }
})

test('fronts move: a place 600 km east sees the same pressure some hours later, one far away another', () => {
  const at = (longitude: number, device: string) =>
    rows({ channels: ['pressure'], longitude, latitude: 50, device }, hour_ms, 24 * 120).pressure!
  const [here, near, east] = [at(5, 'a'), at(5.2, 'b'), at(13.4, 'c')]
  ok(correlation(here, near) > 0.97)
  const later = crossCorrelation(here, east, 60)
  const best = later.indexOf(Math.max(...later))
  ok(best >= 8 && best <= 40, `best after ${best} h`)
  ok(later[best]! > 0.9 && later[best]! > later[0]! + 0.02, `${later[best]} after ${best} h, ${later[0]} at once`)
  // Half a continent away the weather is its own: alike in one place by chance, not in seven.
  const far = [60, 70, 80, 90, 100, 110, 120].map((longitude) => Math.abs(correlation(here, at(longitude, 'd'))))
  ok(mean(Float64Array.from(far)) < 0.5, `${far}`)
  ok(deviation(here) > 4 && deviation(here) < 16, `deviation ${deviation(here)} hPa`)
})

test('batteries drain and are changed, each device in its own time', () => {
  const [one, other] = ['a', 'b'].map(
    (device) => rows({ channels: ['battery'], device, noise: 0 }, hour_ms, 24 * 300).battery!,
  )
  for (const battery of [one!, other!]) {
    const changes = battery.filter((x, i) => i > 0 && x > battery[i - 1]! + 30).length
    ok(changes >= 1 && changes <= 9, `${changes} changes in 300 days`)
    const falls = battery.filter((x, i) => i > 23 && x < battery[i - 24]!).length
    ok(falls > 0.9 * battery.length)
    ok(Math.max(...battery) > 95 && Math.min(...battery) > 0)
  }
  ok(correlation(one!, other!) < 0.9)
})

test('batteries drain fastest in the winter of their place, and evenly on the equator', () => {
  // Many devices, so that their own lives and changes average out; points a day, without the days of a change.
  const drain = (latitude: number, month: number) => {
    const falls: number[] = []
    for (let device = 0; device < 24; device++) {
      const model = make({ channels: ['battery'], device: `b${device}`, latitude, noise: 0 })
      const row = new Float64Array(1)
      const at = (day: number) => {
        model.at!(Date.UTC(2027, month, day), createRng(3), row)
        return row[0]!
      }
      const fall = at(1) - at(29)
      if (fall > 0) falls.push(fall / 28)
    }
    return mean(Float64Array.from(falls))
  }
  const ratio = (latitude: number) => drain(latitude, 0) / drain(latitude, 6)
  ok(ratio(52.5) > 1.5, `January against July in the north: ${ratio(52.5)}`)
  ok(ratio(-52.5) < 1 / 1.5, `in the south: ${ratio(-52.5)}`)
  ok(ratio(0) > 0.8 && ratio(0) < 1.25, `on the equator: ${ratio(0)}`)
})

test('machines work by day and on weekdays, and shake when they draw power', () => {
  const { power, vibration } = rows({ channels: ['power', 'vibration'], device: 'press' }, 10 * minute_ms, 144 * 28)
  ok(correlation(power!, vibration!) > 0.7)
  const sundays = power!.filter((_, i) => new Date(from + i * 10 * minute_ms).getUTCDay() === 0)
  const tuesdays = power!.filter((_, i) => new Date(from + i * 10 * minute_ms).getUTCDay() === 2)
  ok(mean(tuesdays) > 3 * mean(sundays))
})

test('traffic has two rush hours on workdays and whole numbers always', () => {
  const { traffic_count: cars } = rows(
    { channels: ['traffic_count'], longitude: 0, step_ms: hour_ms },
    hour_ms,
    24 * 140,
  )
  ok(cars!.every((x) => Number.isInteger(x) && x >= 0))
  const at = (hour: number) =>
    mean(cars!.filter((_, i) => new Date(from + i * hour_ms).getUTCDay() % 6 !== 0 && i % 24 === hour))
  ok(at(8) > at(10) && at(17) > at(14) && at(17) > at(21) && at(3) < 0.2 * at(8))
})

test('traffic goes over every midnight without a jump', () => {
  // Means over devices and weeks of the ten minutes before and after local midnight, for each day of the week.
  const before = new Float64Array(7)
  const after = new Float64Array(7)
  const weeks = 20
  for (let device = 0; device < 12; device++) {
    const model = make({ channels: ['traffic_count'], device: `road ${device}`, longitude: 0, step_ms: minute_ms })
    const row = new Float64Array(1)
    const rng = createRng(5)
    for (let day = 0; day < 7 * weeks; day++) {
      for (let minute = -10; minute < 10; minute++) {
        model.at!(Date.UTC(2026, 5, 1 + day) + minute * minute_ms, rng, row)
        const side = minute < 0 ? before : after
        side[day % 7]! += row[0]! / (10 * 12 * weeks)
      }
    }
  }
  for (let day = 0; day < 7; day++) {
    const [late, early] = [before[day]!, after[day]!]
    ok(late > 0.1, `${late} before the midnight into day ${day}`)
    ok(early / late > 0.8 && early / late < 1.25, `${late} to ${early} over the midnight into day ${day}`)
  }
})

test('a year rains as much as a year does, a small part of the time, and soil and river show it', () => {
  const channels = ['rainfall', 'soil_moisture', 'water_level']
  for (const [latitude, seed] of [
    [52.5, 1],
    [52.5, 2],
    [-33, 3],
    [40, 4],
  ] as const) {
    const year = rows({ channels, latitude, longitude: 13.4 }, hour_ms / 2, 2 * 24 * 365, seed)
    const { rainfall, soil_moisture: soil, water_level: level } = year
    const sum_mm = mean(rainfall!) * 24 * 365
    ok(sum_mm > 450 && sum_mm < 1000, `${sum_mm} mm a year at ${latitude}`)
    const wet = rainfall!.filter((x) => x > 0).length / rainfall!.length
    ok(wet > 0.05 && wet < 0.1, `wet for ${wet} of the time at ${latitude}`)
    ok(Math.max(...rainfall!) < 40)
    // Not always drenched, not always dry: both use most of their range.
    for (const [values, low, high] of [
      [soil!, 20, 33],
      [level!, 0.75, 1.4],
    ] as const) {
      const sorted = values.toSorted()
      const [p10, p90] = [sorted[Math.floor(0.1 * sorted.length)]!, sorted[Math.floor(0.9 * sorted.length)]!]
      ok(p10 < low && p90 > high, `${p10} to ${p90} at ${latitude}`)
    }
    ok(Math.max(...soil!) < 50 && Math.min(...soil!) > 8, 'soil stays between its limits')
    ok(Math.max(...level!) < 3.6 && Math.min(...level!) > 0.5, 'the river stays between its limits')
  }
})

test('soil and river answer to the rain', () => {
  const channels = ['rainfall', 'soil_moisture', 'water_level']
  const { rainfall, soil_moisture: soil, water_level: level } = rows({ channels }, hour_ms, 24 * 120)
  for (const wet of [soil!, level!]) {
    const later = crossCorrelation(rainfall!, wet, 72)
    ok(Math.max(...later.subarray(6)) > later[0]! && Math.max(...later) > 0.15, `${Math.max(...later)}`)
  }
})

test('scales do what they say: no noise is smooth, no seasonality has no day', () => {
  const calm = rows({ channels: ['temperature'], noise: 0 }, minute_ms, 600).temperature!
  ok(calm.every((x, i) => i === 0 || Math.abs(x - calm[i - 1]!) < 0.05))
  const flat = rows({ channels: ['temperature'], seasonality: 0, noise: 0 }, hour_ms, 240).temperature!
  ok(deviation(flat) < 0.01, `deviation ${deviation(flat)}`)
})

test('devices of one seed share the weather and nothing else', () => {
  const at = (device: string, seed: number) =>
    rows({ channels: ['temperature'], device }, minute_ms, 1440, seed).temperature!
  const [a, b] = [at('a', 1), at('b', 1)]
  const differences = a.map((x, i) => x - b[i]!)
  ok(deviation(differences) > 0.02 && deviation(differences) < 2)
  ok(!a.every((x, i) => x === b[i]))
  deepEqual(at('a', 1), a)
})

test('a spelled-out signal is what it says', () => {
  const signal = {
    name: 'x',
    level: 10,
    slope_per_day: 2,
    seasons: [{ period_ms: hour_ms, amplitude: 3, phase: 0.25 }],
    noise: 0,
  }
  const { x } = rows({ channels: [signal] }, minute_ms, 600)
  for (let i = 0; i < 600; i++) {
    const time = from + i * minute_ms
    const days = (time - Date.UTC(2026, 0, 1)) / day_ms
    const expected = 10 + 2 * days + 3 * Math.sin(2 * Math.PI * (time / hour_ms + 0.25))
    ok(Math.abs(x![i]! - expected) < 1e-6)
  }
  const remembers = { name: 'y', noise: 2, memory_ms: 60_000 }
  const { y } = rows({ channels: [remembers] }, 1000, 40_000)
  ok(Math.abs(deviation(y!) - 2) < 0.2)
  const later = crossCorrelation(y!, y!, 120)
  ok(Math.abs(later[60]! - Math.exp(-1)) < 0.1 && Math.abs(later[10]! - Math.exp(-1 / 6)) < 0.1)
})

const kinds: [string, (clean: Float64Array, found: Float64Array) => boolean][] = [
  ['spike', (clean, found) => found.every((x, i) => Math.abs(x - clean[i]!) > 4)],
  ['level_shift', (clean, found) => new Set(found.map((x, i) => Math.round(1e6 * (x - clean[i]!)))).size === 1],
  [
    'drift',
    (clean, found) =>
      found.every((x, i) => i === 0 || Math.abs(x - clean[i]!) > Math.abs(found[i - 1]! - clean[i - 1]!)),
  ],
  ['stuck', (_, found) => found.every((x) => x === found[0])],
  ['noise_burst', (clean, found) => deviation(found.map((x, i) => x - clean[i]!)) > 2],
  ['dropout', (_, found) => found.every((x) => Number.isNaN(x))],
]
for (const [kind, holds] of kinds) {
  test(`${kind}: exactly the number asked for, each as its kind is, nothing else touched`, () => {
    const to = from + day_ms
    const signal = { channels: [{ name: 'x', noise: 1 }] }
    const plan = { kind, number: 12, from, to, duration_ms: 60_000 }
    const [plain, planted] = [make(signal), make({ ...signal, anomalies: [plan] })]
    const rng = createRng(4)
    const found = planted.anomalies({ from, to }, rng)
    equal(found.length, 12)
    const options = { from, step_ms: 1000, length: 86_400, rng }
    const [clean, dirty] = [plain, planted].map((model) => take(model, options).channels[0]!.values)
    const touched = new Uint8Array(86_400)
    for (const anomaly of found) {
      ok(anomaly.from >= from && anomaly.to <= to && anomaly.kind === kind)
      const [first, end] = [anomaly.from, anomaly.to].map((time) => Math.ceil((time - from) / 1000)) as [number, number]
      touched.fill(1, first, end)
      ok(holds(clean!.subarray(first, end), dirty!.subarray(first, end)), `${kind} at ${anomaly.from}`)
    }
    ok(dirty!.every((x, i) => touched[i] === 1 || x === clean![i]))
    const moved = make({ ...signal, anomalies: [{ ...plan, seed: 'other' }] }).anomalies({ from, to }, rng)
    ok(moved[0]!.from !== found[0]!.from)
  })
}

test('what cannot be is refused, with the field', () => {
  const field = (params: object) => {
    const parsed = statistical.params.safeParse(params)
    if (!parsed.success) return parsed.error.issues[0]!.path.join('.')
    try {
      statistical.preset(parsed.data)
    } catch (error) {
      return error instanceof InputError ? error.issues[0]!.field : String(error)
    }
    return 'nothing'
  }
  equal(field({ channels: ['temprature'] }), 'channels.0')
  equal(field({ channels: ['power', 'power'] }), 'channels.1')
  equal(field({ latitude: 91 }), 'latitude')
  equal(field({ anomalies: [{ kind: 'spike' }] }), 'anomalies.0.rate_per_day')
  equal(field({ anomalies: [{ kind: 'spike', number: 3 }] }), 'anomalies.0.number')
  equal(field({ anomalies: [{ kind: 'spike', rate_per_day: 3, channels: ['x'] }] }), 'anomalies.0.channels')
  throws(() => statistical.load({ ...(make({}).save() as object), version: 2 }), InputError)
})

test('the bytes of seed 42 are these on every machine', () => {
  // Our own output; it changes when a preset changes, and must never change by machine, engine or chunk.
  const frame = take(make({ channels: [...presetNames], device: 'golden' }), {
    from,
    step_ms: 601_000,
    length: 500,
    rng: createRng(42),
  })
  const hash = createHash('sha256')
  for (const { values } of frame.channels) hash.update(new Uint8Array(values.buffer))
  equal(hash.digest('hex').slice(0, 16), '7dbc05026df321c7')
})
