// Whether a fleet's readings look like the physical thing, by measures that a fake would not pass.

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { day_ms, hour_ms, minute_ms } from '#core/time.ts'
import type { Generator } from '#generators/generator.ts'
import { type FleetMember, membersOf } from './generate.ts'
import { generatorNamed } from './models.ts'
import { fleetSpecification } from './specification.ts'

const from = Date.UTC(2026, 4, 1)
const days = 28
const step_ms = 10 * minute_ms
const steps = (days * day_ms) / step_ms
const perDay = day_ms / step_ms
const specification = fleetSpecification.parse({ devices: 40, interval_ms: minute_ms })

let generator: Generator
let members: FleetMember[]
/** device -> channel -> values on the grid, NaN where there is none */
const columns = new Map<string, Map<string, Float64Array>>()
const labels = new Map<string, number>()
let labelled = 0
let readings = 0

before(async () => {
  generator = await generatorNamed('statistical')
  members = membersOf(generator, specification)
  for (const member of members) {
    const channels = new Map(specification.channels.map((name) => [name, new Float64Array(steps).fill(Number.NaN)]))
    for (let i = 0; i < steps; i++) {
      const reading = member.readingAt(from + i * step_ms)
      if (!reading) continue
      readings++
      if (reading.label) {
        labelled++
        for (const kind of reading.label.split('+')) labels.set(kind, (labels.get(kind) ?? 0) + 1)
        // The signal is judged without what was planted in it.
        continue
      }
      for (const [name, value] of Object.entries(reading.values)) channels.get(name)![i] = value
    }
    columns.set(member.device, channels)
  }
})

const column = (member: FleetMember, channel: string) => columns.get(member.device)!.get(channel)!

/** Pearson correlation of pairs that are both there. */
function correlation(x: Float64Array, y: Float64Array, lag = 0): number {
  let [n, sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i + lag < x.length; i++) {
    const [a, b] = [x[i]!, y[i + lag]!]
    if (Number.isNaN(a) || Number.isNaN(b)) continue
    n++
    sx += a
    sy += b
    sxx += a * a
    syy += b * b
    sxy += a * b
  }
  return (sxy - (sx * sy) / n) / Math.sqrt((sxx - (sx * sx) / n) * (syy - (sy * sy) / n))
}

/** Without what is slower than a day: the difference to the mean of the 24 h around. */
function withinDay(values: Float64Array): Float64Array {
  return values.map((value, i) => {
    let sum = 0
    let n = 0
    for (let k = i - perDay / 2; k < i + perDay / 2; k++) {
      const near = values[k]
      if (near === undefined || Number.isNaN(near)) continue
      sum += near
      n++
    }
    return n > perDay / 2 ? value - sum / n : Number.NaN
  })
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('temperature has a day: like itself after 24 h, unlike after 12 h', () => {
  const daily = members.slice(0, 20).map((m) => withinDay(column(m, 'temperature')))
  const after = (steps: number) => mean(daily.map((x) => correlation(x, x, steps)))
  assert.ok(after(perDay) > 0.5, `24 h: ${after(perDay)}`)
  assert.ok(after(perDay / 2) < -0.4, `12 h: ${after(perDay / 2)}`)
})

test('humidity goes against temperature', () => {
  const all = members
    .slice(0, 20)
    .map((m) => correlation(withinDay(column(m, 'temperature')), withinDay(column(m, 'humidity'))))
  assert.ok(mean(all) < -0.5, `${mean(all)}`)
  assert.ok(all.every((r) => r < -0.2))
})

test('pressure is shared by neighbours and not by other climates, and reaches the east later', () => {
  const [berlin, sameCity, hamburg] = [members[0]!, members[1]!, members[4]!]
  const lisbon = membersOf(generator, { ...specification, devices: 80 })[78]!
  const far = new Float64Array(steps).map(
    (_, i) => lisbon.readingAt(from + i * step_ms)?.values['pressure'] ?? Number.NaN,
  )
  const same = correlation(column(berlin, 'pressure'), column(sameCity, 'pressure'))
  const near = correlation(column(berlin, 'pressure'), column(hamburg, 'pressure'))
  const distant = correlation(column(berlin, 'pressure'), far)
  assert.ok(same > 0.99, `same city ${same}`)
  assert.ok(near > 0.6 && near < same, `250 km ${near}`)
  assert.ok(distant < near - 0.2, `far ${distant}`)
  // Hamburg lies west of Berlin: its weather arrives there hours later.
  const lags = Array.from({ length: 72 }, (_, k) =>
    correlation(column(hamburg, 'pressure'), column(berlin, 'pressure'), k),
  )
  const best = lags.indexOf(Math.max(...lags)) * (step_ms / hour_ms)
  assert.ok(best >= 2 && best <= 11, `${best} h`)
})

test('a battery drains, and only rises when it is changed', () => {
  let changes = 0
  for (const member of members) {
    let segment: number[] = []
    const drains = () => {
      if (segment.length < 10 * perDay) return
      const fall = mean(segment.slice(0, perDay)) - mean(segment.slice(-perDay))
      assert.ok(fall > 1, `${member.device} lost ${fall} in ${segment.length / perDay} days`)
    }
    for (const value of column(member, 'battery')) {
      if (Number.isNaN(value)) continue
      assert.ok(value >= 9 && value <= 100, 'below 9 % it is silent')
      const rise = value - (segment.at(-1) ?? value)
      // A warmer hour lets a tired cell recover a little; nothing charges it.
      if (rise < 20) assert.ok(rise < 2, `${member.device} gains ${rise}`)
      else {
        changes++
        drains()
        segment = []
      }
      segment.push(value)
    }
    drains()
  }
  assert.ok(changes >= 3, `${changes} changes in ${members.length} devices and ${days} days`)
})

test('every kind of anomaly is planted and labelled, and most readings are clean', () => {
  for (const kind of ['spike', 'drift', 'level_shift', 'stuck', 'noise_burst', 'dropout']) {
    assert.ok((labels.get(kind) ?? 0) > 0, `no ${kind}`)
  }
  const share = labelled / readings
  assert.ok(share > 0.005 && share < 0.05, `${share}`)
})

test('gaps are there, and they are the exception', () => {
  const share = 1 - readings / (steps * members.length)
  assert.ok(share > 0.005 && share < 0.1, `${share}`)
})
