import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { fakeClock } from '#core/clock.ts'
import { UnavailableError } from '#core/errors.ts'
import { localTenant } from '#core/tenant.ts'
import type { EventVerdict, IncomingReading } from '../ingest/ingest.ts'
import { createHost, describeHost, wholeSeconds } from './host.ts'
import { parseDiskstats, parseMeminfo, parseNetDev, parseStat } from './linux.ts'
import { createMeter, hostUnits } from './measure.ts'

const start = 1_700_000_000_000

test('counters are read from the texts of /proc', () => {
  assert.deepEqual(parseStat('cpu  100 5 20 800 50 1 4 20 7 0\ncpu0 1 2 3 4'), { busy: 150, total: 1000 })
  assert.equal(parseStat('nothing'), undefined)
  assert.deepEqual(parseMeminfo('MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:    400 kB\n'), {
    total: 1_024_000,
    available: 409_600,
  })
  const disks = ' 8 0 sda 10 0 100 5 20 0 200 9 0 0 0\n 8 1 sda1 10 0 99 5 20 0 199 9 0 0 0\n 7 0 loop0 1 0 8 0 1 0 8 0'
  assert.deepEqual(parseDiskstats(disks, new Set(['sda'])), { read: 51_200, written: 102_400 })
  assert.equal(parseDiskstats(disks, new Set(['nvme0n1'])), undefined)
  const network = `Inter-|   Receive                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets
    lo:    9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0
  eth0:  500 1 0 0 0 0 0 0 70 1 0 0 0 0 0 0
docker0: 400 1 0 0 0 0 0 0 60 1 0 0 0 0 0 0
  wlan0:30 1 0 0 0 0 0 0 2 1 0 0 0 0 0 0`
  assert.deepEqual(parseNetDev(network), { received: 530, sent: 72 })
})

test('this computer is measured in the units that its metadata names', async () => {
  using meter = createMeter({ now: start })
  const values = await meter.measure(start + 1000)
  for (const [name, value] of Object.entries(values)) {
    assert.ok(name in hostUnits, `${name} has no unit`)
    assert.ok(Number.isFinite(value) && value >= 0, `${name} is ${value}`)
    if (name.endsWith('_percent') && !name.startsWith('millrace')) assert.ok(value <= 100, `${name} is ${value}`)
  }
  assert.ok(values['memory_used_bytes']! > 1e6)
  assert.ok(values['millrace_memory_bytes']! > 1e6)
  assert.ok(values['disk_used_percent'] !== undefined)
})

test('what a system cannot say is left out', async () => {
  using meter = createMeter({ now: start, platform: 'win32', folder: '/no/such/folder' })
  const values = await meter.measure(start + 1000)
  for (const absent of ['load_1m', 'disk_read_bytes_per_s', 'processes', 'disk_used_percent', 'cpu_temperature'])
    assert.equal(values[absent], undefined, absent)
  assert.ok(values['memory_percent']! > 0)
})

test('the host has a place, an address and a system', () => {
  const metadata = describeHost()
  assert.equal(metadata.kind, 'host')
  assert.ok(metadata.location)
  assert.match(metadata.firmware!, /\d/)
  if (metadata.mac) assert.match(metadata.mac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
})

test('seconds are whole, come once, and are not made up after a suspend', async () => {
  const clock = fakeClock(start + 250)
  const stop = new AbortController()
  const seconds: number[] = []
  const done = (async () => {
    try {
      for await (const second of wholeSeconds(clock, stop.signal)) seconds.push(second)
    } catch {}
  })()
  for (let i = 0; i < 3; i++) await clock.advance(1000)
  assert.deepEqual(seconds, [start + 1000, start + 2000, start + 3000])
  // A clock whose timer wakes once after an hour and a bit: one tick, at the second that it is.
  const asleep = { now: () => start + 3_600_400, sleep: clock.sleep }
  const next = await wholeSeconds({ ...asleep, now: jumping([start + 250, start + 3_600_400]) }, stop.signal).next()
  assert.equal(next.value, start + 3_600_000)
  // A clock set back by an hour goes on from there.
  const back = wholeSeconds(
    { sleep: async () => {}, now: jumping([start + 3_600_000, start, start + 1001]) },
    stop.signal,
  )
  assert.equal((await back.next()).value, start + 1000)
  stop.abort()
  await done
})

const jumping = (times: number[]) => () => (times.length > 1 ? times.shift()! : times[0]!)

test('readings wait out a store that is away, and what the buffer cannot hold is counted as lost', async () => {
  const clock = fakeClock(start)
  const stop = new AbortController()
  const sent: IncomingReading[] = []
  const lines: string[] = []
  let away = true
  const running = createHost({
    clock,
    tenant: localTenant,
    log: (line) => lines.push(line),
    catalogue: { putDevice: async (_, device, metadata, at) => ({ ...metadata, device, createdAt: at, channels: [] }) },
    meter: { measure: async () => ({ cpu_percent: 1 }), [Symbol.dispose]() {} },
    ingest: {
      async submit(_, readings): Promise<EventVerdict[]> {
        if (away) throw new UnavailableError('the store is away', { retryAfter_s: 5 })
        sent.push(...readings)
        return readings.map(() => ({ id: 'x', verdict: 'accepted' }))
      },
    },
  }).run(stop.signal)
  const advance = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      await clock.advance(1000)
      await setImmediate()
    }
  }
  await setImmediate()
  await advance(800)
  assert.equal(sent.length, 0)
  away = false
  await advance(20)
  stop.abort()
  await running
  assert.equal(lines.length, 1)
  const lost = Number(/(\d+) readings were lost/.exec(lines[0]!)?.[1])
  assert.equal(sent.length + lost, sent.at(-1)!.recordedAt / 1000 - start / 1000)
  assert.ok(lost >= 100 && lost <= 110, `${lost}`)
  const times = sent.map((r) => r.recordedAt)
  assert.deepEqual(
    times,
    [...new Set(times)].sort((a, b) => a - b),
  )
})
