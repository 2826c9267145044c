import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRng } from '#core/rng.ts'
import { day_ms, hour_ms, minute_ms } from '#core/time.ts'
import { holds, lateWindow, offlineWindow, recordedAt, usualImperfections } from './field.ts'
import { fleetReadings, membersOf } from './generate.ts'
import { timedId } from './ids.ts'
import { deviceName, rosterOf } from './roster.ts'
import { createSchedule } from './schedule.ts'
import { fleetSpecification } from './specification.ts'
import { fakeGenerator } from './testing.ts'

const generator = fakeGenerator()
const from = Date.UTC(2026, 5, 1)
const specification = fleetSpecification.parse({ devices: 10, interval_ms: 10_000 })

const bytesOf = (spec: typeof specification, to: number) => {
  const hash = createHash('sha256')
  for (const delivered of fleetReadings(spec, { generator, from, to })) hash.update(JSON.stringify(delivered))
  return hash.digest('hex')
}

test('the same seed gives the same bytes twice, another seed others', () => {
  const first = bytesOf(specification, from + hour_ms)
  assert.equal(bytesOf(specification, from + hour_ms), first)
  assert.notEqual(bytesOf({ ...specification, seed: 2 }, from + hour_ms), first)
})

test('any part of a stream comes out as it does in the whole', () => {
  const part = (a: number, b: number) => [...fleetReadings(specification, { generator, from: a, to: b })]
  const whole = part(from, from + 2 * hour_ms)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7_200_000 }), fc.integer({ min: 0, max: 600_000 }), (start, length) => {
      const a = from + start
      const b = Math.min(a + length, from + 2 * hour_ms)
      assert.deepEqual(
        part(a, b),
        whole.filter((d) => d.deliveredAt > a && d.deliveredAt <= b),
      )
    }),
    { numRuns: 20, seed: 7 },
  )
})

test('deliveries come in the order of time, late ones after the link is back, repeated ones with the next', () => {
  let before = from
  const late = new Set<string>()
  let repeated = 0
  const seen = new Map<string, string>()
  for (const { reading, delivery, deliveredAt } of fleetReadings(specification, {
    generator,
    from,
    to: from + day_ms,
  })) {
    assert.ok(deliveredAt >= before)
    before = deliveredAt
    const delay = deliveredAt - reading.recordedAt
    if (delivery === 'fresh') assert.ok(delay >= 0 && delay <= 120, `${delay}`)
    if (delivery === 'late') {
      assert.ok(delay >= 9_000 && delay <= 6 * minute_ms, `${delay}`)
      late.add(reading.device)
    }
    const text = JSON.stringify(reading)
    if (delivery === 'repeated') {
      repeated++
      if (seen.has(reading.id)) assert.equal(seen.get(reading.id), text)
    } else assert.ok(!seen.has(reading.id), 'an id is new unless it is repeated')
    seen.set(reading.id, text)
  }
  assert.ok(late.size >= 5)
  assert.ok(repeated > 100)
})

test('shares of dropped, repeated, late and offline time are those of the specification', () => {
  const members = membersOf(generator, fleetSpecification.parse({ devices: 200, interval_ms: 60_000, channels: ['a'] }))
  let slots = 0
  const counts = { fresh: 0, late: 0, repeated: 0 }
  let off = 0
  for (const member of members) {
    for (let time = from + member.phase_ms; time < from + 5 * day_ms; time += 60_000) {
      slots++
      if (holds(offlineWindow(member.rng, time, usualImperfections), time)) off++
      member.deliver(time, 60_000, (_, delivery) => {
        counts[delivery]++
      })
    }
  }
  const near = (value: number, expected: number, tolerance: number, what: string) =>
    assert.ok(Math.abs(value / expected - 1) < tolerance, `${what}: ${value} against ${expected}`)
  // Mean of a length that is uniform on a logarithmic scale, 10 min to 6 h: (max - min) / ln(max / min).
  let offline_ms = 0
  for (const { rng } of members) {
    for (let day = 0; day < 365; day++) {
      const window = offlineWindow(rng, from + day * day_ms, usualImperfections)
      if (window) offline_ms += window.to - window.from
    }
  }
  near(offline_ms / (200 * 365 * minute_ms), 0.15 * (350 / Math.log(36)), 0.05, 'offline minutes a day')
  near((counts.fresh + counts.late) / (slots - off), 1 - usualImperfections.dropped, 0.002, 'kept')
  near(counts.repeated / slots, usualImperfections.repeated, 0.12, 'repeated')
  near(counts.late / slots, (usualImperfections.latePerHour * 160) / 3600, 0.15, 'late')
})

test('windows lie inside their block and hold what they should', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 4e12 }), (seed, time) => {
      const rng = createRng(seed)
      const always = { ...usualImperfections, offlinePerDay: 1, latePerHour: 1 }
      const off = offlineWindow(rng, time, always)!
      assert.ok(off.from >= Math.floor(time / day_ms) * day_ms && off.to <= (Math.floor(time / day_ms) + 1) * day_ms)
      assert.ok(off.to - off.from >= 10 * minute_ms && off.to - off.from <= 6 * hour_ms)
      const late = lateWindow(rng, time, always)!
      assert.equal(Math.floor(late.from / hour_ms), Math.floor(time / hour_ms))
      assert.ok(late.to <= (Math.floor(time / hour_ms) + 1) * hour_ms)
      const measured = recordedAt(rng, time, 1000)
      assert.ok(Number.isInteger(measured) && measured <= time && measured >= time - 120)
    }),
  )
})

test('ids are UUIDv8 that begin with the time, differ, and repeat', () => {
  const ids = new Set<string>()
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 7e12 }), (seed, time) => {
      const id = timedId(createRng(seed), time)
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      assert.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), time)
      assert.equal(timedId(createRng(seed), time), id)
    }),
  )
  for (const { rng } of rosterOf({ ...specification, devices: 500 })) ids.add(timedId(rng, from))
  assert.equal(ids.size, 500, 'devices that send in the same millisecond have ids of their own')
})

test('ten thousand devices have names, addresses and places of their own; a fleet that grows keeps them', () => {
  const many = rosterOf({ ...specification, devices: 10_000 })
  assert.equal(new Set(many.map((m) => m.device)).size, 10_000)
  assert.equal(new Set(many.map((m) => m.metadata.mac)).size, 10_000)
  assert.equal(new Set(many.map((m) => m.metadata.ip)).size, 10_000)
  assert.deepEqual(
    rosterOf(specification).map((m) => m.metadata),
    many.slice(0, 10).map((m) => m.metadata),
  )
  for (const { metadata } of many) {
    assert.match(metadata.mac!, /^02(:[0-9a-f]{2}){5}$/)
    assert.match(metadata.ip!, /^10(\.\d{1,3}){3}$/)
    assert.ok(metadata.ip!.split('.').every((part) => Number(part) <= 255))
    assert.ok(Math.abs(metadata.latitude!) < 61 && Math.abs(metadata.longitude!) <= 180)
  }
  assert.equal(deviceName('plant', 2), 'plant-berlin-03')
  assert.equal(deviceName('plant', 4), 'plant-hamburg-01')
})

test('a schedule visits every device once per interval in the order of time, from any instant', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 50 }),
      fc.integer({ min: 0, max: 1e12 }),
      (phases, start) => {
        const schedule = createSchedule(phases, 1000)
        schedule.seek(start)
        let before = start
        const visits = new Map<number, number>()
        for (let i = 0; i < 3 * phases.length; i++, schedule.next()) {
          const time = schedule.time()
          assert.ok(i === 0 ? time > start : time >= before)
          assert.equal(time % 1000, phases[schedule.device()])
          before = time
          visits.set(schedule.device(), (visits.get(schedule.device()) ?? 0) + 1)
        }
        assert.ok(before - start <= 3000)
        assert.ok([...visits.values()].every((count) => count === 3))
      },
    ),
  )
})

test('a number of readings ends the stream', () => {
  assert.equal([...fleetReadings({ ...specification, count: 1234 }, { generator, from })].length, 1234)
})
