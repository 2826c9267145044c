// What every SeriesStore keeps. An adapter's test is three lines: it says how its store is opened, and all of this runs
// against it. Every test works in a tenant of its own, so one database may serve them all.

import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { InputError } from '#core/errors.ts'
import type { Reading } from '#core/reading.ts'
import type { Tenant } from '#core/tenant.ts'
import { type BatchReading, batchOf } from './batch.ts'
import { testBuckets } from './contract-buckets.ts'
import {
  accepted,
  all,
  append,
  type Check,
  type ContractOptions,
  conflict,
  duplicate,
  freshTenant,
  type OpenedSeriesStore,
  readAll,
  reading,
  start,
  unknownDevice,
} from './contract-kit.ts'

export type { ContractOptions, OpenedSeriesStore } from './contract-kit.ts'

export function testSeriesStore(
  name: string,
  open: () => Promise<OpenedSeriesStore>,
  { skip, runs = 30 }: ContractOptions = {},
): void {
  const check = (title: string, body: (opened: OpenedSeriesStore, tenant: Tenant) => Promise<void>) =>
    test(`${name}: ${title}`, { skip: skip ?? false }, async () => {
      await using opened = await open()
      await body(opened, await freshTenant(opened))
    })
  testIds(check)
  testReadings(check)
  testDevices(check)
  testBuckets(check, runs)
  test(`${name}: an id is still known after a restart`, { skip: skip ?? false }, async () => {
    const before = await open()
    const tenant = await freshTenant(before)
    const readings = Array.from({ length: 300 }, (_, i) => reading({ recordedAt: start + i, values: { a: i } }))
    await append(before.store, tenant, readings)
    await using after = await before.reopen()
    ok((await append(after.store, tenant, readings)).every((code) => code === duplicate))
    equal((await after.store.extent(tenant, 'boiler'))?.count, 300)
    deepEqual(await append(after.store, tenant, [reading()]), [accepted])
  })
}

function testIds(check: Check): void {
  check(
    'a repeat is a duplicate, another payload under the same id a conflict, later and earlier',
    async (o, tenant) => {
      const first = reading()
      deepEqual(await append(o.store, tenant, [first]), [accepted])
      deepEqual(await append(o.store, tenant, [first, { ...first, values: { temperature: 21.6 } }]), [
        duplicate,
        conflict,
      ])
      // When it arrives is no part of what it says.
      deepEqual(await append(o.store, tenant, [{ ...first, receivedAt: start + 9e9 }]), [duplicate])
      const changes: Partial<BatchReading>[] = [
        { recordedAt: start + 1 },
        { recordedAt: start + 400 * 86_400_000 },
        { recordedAt: start - 400 * 86_400_000 },
        { device: 'other' },
        { values: { temperature: -21.5 } },
        { values: { Temperature: 21.5 } },
        { values: { temperature: 21.5, humidity: 40 } },
        { label: 'spike' },
      ]
      for (const change of changes) deepEqual(await append(o.store, tenant, [{ ...first, ...change }]), [conflict])
      equal((await readAll(o.store, tenant, ['boiler', 'other'])).length, 1)
      equal(await o.store.extent(tenant, 'other'), undefined)
    },
  )
  check('within a batch the first of an id counts', async (o, tenant) => {
    const first = reading()
    const other = { ...first, values: { temperature: 1 } }
    deepEqual(await append(o.store, tenant, [first, first, other, reading(), first]), [0, 1, 2, 0, 1])
    deepEqual(await append(o.store, tenant, [other, first]), [conflict, duplicate])
    equal((await readAll(o.store, tenant)).find((r) => r.id === first.id)?.values['temperature'], 21.5)
  })
  check('UUIDs are the same in upper and lower case, other texts are not', async (o, tenant) => {
    const id = randomUUID()
    deepEqual(await append(o.store, tenant, [reading({ id: id.toUpperCase() }), reading({ id })]), [
      accepted,
      duplicate,
    ])
    deepEqual((await readAll(o.store, tenant))[0]?.id, id)
    const texts = ['a', 'A', 'ä', 'boiler/7', ' ', 'x'.repeat(200), `${id}0`, id.replaceAll('-', ''), '0', "'; --"]
    const readings = texts.map((text, i) => reading({ id: text, recordedAt: start + 1 + i }))
    ok((await append(o.store, tenant, readings)).every((code) => code === accepted))
    ok((await append(o.store, tenant, readings.toReversed())).every((code) => code === duplicate))
    deepEqual((await readAll(o.store, tenant)).map((r) => r.id).slice(1), texts)
  })
  check('without an id, device, time and channel names decide', async (o, tenant) => {
    const bare = reading({ id: undefined })
    deepEqual(await append(o.store, tenant, [bare, bare]), [accepted, duplicate])
    deepEqual(await append(o.store, tenant, [{ ...bare, values: { temperature: 3 } }]), [conflict])
    deepEqual(await append(o.store, tenant, [{ ...bare, values: { humidity: 3 } }]), [accepted])
    deepEqual(await append(o.store, tenant, [{ ...bare, recordedAt: start + 1 }]), [accepted])
    deepEqual(await append(o.store, tenant, [{ ...bare, device: 'b' }]), [accepted])
    const [{ id } = { id: '' }] = await readAll(o.store, tenant)
    equal(id, batchOf([bare]).ids[0])
    deepEqual(await append(o.store, tenant, [{ ...bare, id }]), [duplicate])
  })
  check('batches at the same time accept an id once', async (o, tenant) => {
    const readings = Array.from({ length: 200 }, (_, i) => reading({ recordedAt: start + i, values: { a: i } }))
    const answers = await Promise.all(Array.from({ length: 6 }, () => append(o.store, tenant, readings)))
    for (let i = 0; i < readings.length; i++) {
      deepEqual(answers.map((codes) => codes[i]!).sort(), [accepted, ...Array(5).fill(duplicate)], `reading ${i}`)
    }
    equal((await readAll(o.store, tenant)).length, 200)
  })
  check('ten thousand readings in one batch, half of them repeats', async (o, tenant) => {
    const readings = Array.from({ length: 5_000 }, (_, i) =>
      reading({ device: `d${i % 50}`, recordedAt: start + i * 10, values: { a: i, b: -i } }),
    )
    const codes = await append(o.store, tenant, [...readings, ...readings])
    equal(codes.filter((code) => code === accepted).length, 5_000)
    ok(codes.slice(5_000).every((code) => code === duplicate))
    equal((await o.store.extent(tenant, 'd7'))?.count, 100)
    ok((await append(o.store, tenant, readings)).every((code) => code === duplicate))
  })
  check('an aborted append stores nothing', async (o, tenant) => {
    const { batch } = batchOf([reading()])
    await rejects(o.store.append(tenant, batch, { unknownDevices: 'create', signal: AbortSignal.abort() }))
    equal((await readAll(o.store, tenant)).length, 0)
  })
}

function testReadings(check: Check): void {
  check('gives back what it took: values bit by bit, both times, label, id', async (o, tenant) => {
    const numbers = [0, -0, 0.1 + 0.2, 1 / 3, -1e-300, 5e-324, 1.7976931348623157e308, -(2 ** 53), 2 ** 31, 1e21]
    const sent: BatchReading[] = numbers.map((value, i) =>
      reading({ recordedAt: start + i, values: { [`c${i}`]: value, a: value } }),
    )
    sent.push(reading({ recordedAt: start + 100, label: 'spike', values: Object.fromEntries(many(64)) }))
    sent.push(reading({ recordedAt: start + 200.25, receivedAt: start + 0.5 }))
    sent.push(reading({ recordedAt: start + 300, values: { 'größe °C': 1, "o'clock": 2, '': 3, '10': 4, '9': 5 } }))
    ok((await append(o.store, tenant, sent)).every((code) => code === accepted))
    const got = await readAll(o.store, tenant)
    const want: Reading[] = sent.map((r) => ({ ...r, id: r.id!, values: { ...r.values } }))
    deepEqual(got.map(plain), want.map(plain))
    ok(Object.is(got[1]?.values['a'], -0), 'negative zero keeps its sign')
    ok(!('label' in got[0]!) || got[0].label === undefined)
  })
  check('ranges are half open, both orders, by device and channel', async (o, tenant) => {
    await append(o.store, tenant, [
      ...Array.from({ length: 10 }, (_, i) => reading({ recordedAt: start + i, values: { a: i } })),
      ...Array.from({ length: 10 }, (_, i) => reading({ device: 'x', recordedAt: start + i, values: { b: i } })),
      reading({ device: 'x', recordedAt: start + 3.5, values: { a: 1, b: 2, c: 3 } }),
    ])
    const times = async (query: object) =>
      (await o.store.readings(tenant, { ...all, devices: ['boiler'], order: 'ascending', limit: 100, ...query })).map(
        (r) => r.recordedAt - start,
      )
    deepEqual(await times({ from: start + 2, to: start + 5 }), [2, 3, 4])
    deepEqual(await times({ from: start + 2, to: start + 5, order: 'descending' }), [4, 3, 2])
    deepEqual(await times({ from: start + 2, to: start + 2 }), [])
    deepEqual(await times({ limit: 2, order: 'descending' }), [9, 8])
    deepEqual(await times({ devices: ['nobody'] }), [])
    deepEqual(await times({ devices: [] }), [])
    deepEqual(await times({ devices: ['x'], channels: ['a', 'nothing'] }), [3.5])
    deepEqual(await times({ devices: ['boiler', 'x'], channels: ['c', 'a'], limit: 5 }), [0, 1, 2, 3, 3.5])
    const [only] = await o.store.readings(tenant, {
      ...all,
      devices: ['x'],
      channels: ['c', 'a'],
      order: 'ascending',
      limit: 1,
    })
    deepEqual({ ...only?.values }, { a: 1, c: 3 })
  })
  check('labelled readings are found among many, also beside ids that are no UUIDs', async (o, tenant) => {
    const sent = Array.from({ length: 900 }, (_, i) =>
      reading({
        device: i % 2 ? 'boiler' : 'x',
        recordedAt: start + i,
        ...(i % 300 < 2 && { label: `mark ${i}` }),
        ...(i % 7 === 0 && { id: `no uuid ${i}` }),
      }),
    )
    await append(o.store, tenant, sent)
    const marks = async (query: object) =>
      (
        await o.store.readings(tenant, {
          ...all,
          devices: ['boiler', 'x'],
          order: 'descending',
          limit: 100,
          labelled: true,
          ...query,
        })
      ).map((r) => r.label)
    deepEqual(await marks({}), ['mark 601', 'mark 600', 'mark 301', 'mark 300', 'mark 1', 'mark 0'])
    deepEqual(await marks({ order: 'ascending', limit: 2, from: start + 1 }), ['mark 1', 'mark 300'])
    deepEqual(await marks({ devices: ['x'], to: start + 600 }), ['mark 300', 'mark 0'])
    deepEqual(await marks({ channels: ['nothing'] }), [])
  })
  for (const order of ['ascending', 'descending'] as const) {
    check(`pages ${order} across equal times lose and repeat nothing`, async (o, tenant) => {
      const sent = Array.from({ length: 60 }, (_, i) =>
        reading({
          id: i % 3 === 0 ? `text ${i}` : randomUUID(),
          device: `d${i % 4}`,
          recordedAt: start + Math.floor(i / 20),
        }),
      )
      await append(o.store, tenant, sent)
      const devices = ['d0', 'd1', 'd2', 'd3']
      const whole = await o.store.readings(tenant, { ...all, devices, order, limit: 100 })
      const pages: Reading[] = []
      for (;;) {
        const after = pages.at(-1)
        const page = await o.store.readings(tenant, { ...all, devices, order, limit: 7, ...(after && { after }) })
        pages.push(...page)
        if (page.length < 7) break
      }
      deepEqual(
        pages.map((r) => r.id),
        whole.map((r) => r.id),
      )
      equal(new Set(pages.map((r) => r.id)).size, 60)
      const keys = whole.map((r) => `${r.recordedAt} ${r.device}`)
      deepEqual(keys, order === 'ascending' ? keys.toSorted() : keys.toSorted().reverse())
    })
  }
  check('a frame has one row per time, later received wins, NaN where nothing was sent', async (o, tenant) => {
    await append(o.store, tenant, [
      reading({ recordedAt: start, values: { a: 1, b: 2 } }),
      reading({ recordedAt: start + 1000, receivedAt: start + 5000, values: { a: 10 } }),
      reading({ recordedAt: start + 1000, receivedAt: start + 4000, values: { a: 9, b: 8 } }),
      reading({ recordedAt: start + 2000, values: { b: 5 } }),
    ])
    const columns = async (query: object) => {
      const frame = await o.store.frame(tenant, 'boiler', { ...all, limit: 100, ...query })
      return [[...frame.times].map((t) => t - start), ...frame.channels.map((c) => [c.name, ...c.values])]
    }
    deepEqual(await columns({}), [
      [0, 1000, 2000],
      ['a', 1, 10, Number.NaN],
      ['b', 2, 8, 5],
    ])
    deepEqual(await columns({ limit: 2 }), [
      [1000, 2000],
      ['a', 10, Number.NaN],
      ['b', 8, 5],
    ])
    deepEqual(await columns({ channels: ['a'] }), [
      [0, 1000],
      ['a', 1, 10],
    ])
    deepEqual(await columns({ channels: ['b', 'a'], from: start + 1, to: start + 2000 }), [[1000], ['b', 8], ['a', 10]])
    equal((await o.store.frame(tenant, 'nobody', { ...all, limit: 5 })).times.length, 0)
  })
  check('refuses limits and buckets out of range', async (o, tenant) => {
    const page = { ...all, devices: ['boiler'], order: 'ascending' as const }
    for (const limit of [0, -1, 1.5, 10_001]) await rejects(o.store.readings(tenant, { ...page, limit }), InputError)
    for (const limit of [0, 1.5, 1_000_001])
      await rejects(o.store.frame(tenant, 'boiler', { ...all, limit }), InputError)
    for (const bucket_ms of [0, -1, 0.5, Number.NaN]) {
      await rejects(o.store.buckets(tenant, { ...page, bucket_ms, aggregates: ['avg'] }), InputError)
    }
  })
}

function testDevices(check: Check): void {
  check('unknown devices are created or refused, and what was refused may come again', async (o, tenant) => {
    const readings = [reading({ device: 'a' }), reading({ device: 'b' }), reading({ device: 'a' })]
    await o.catalogue.putDevice(tenant, 'b', { location: 'hall' }, start)
    deepEqual(await append(o.store, tenant, readings, 'refuse'), [unknownDevice, accepted, unknownDevice])
    equal(await o.catalogue.device(tenant, 'a'), undefined)
    equal((await readAll(o.store, tenant, ['a', 'b'])).length, 1)
    deepEqual(await append(o.store, tenant, readings, 'create'), [accepted, duplicate, accepted])
    deepEqual(await append(o.store, tenant, [reading({ device: 'a' })], 'refuse'), [accepted])
  })
  check('append keeps last seen, newest time and channels of its devices', async (o, tenant) => {
    await o.catalogue.putDevice(tenant, 'boiler', { kind: 'sensor', units: { b: 'kg' } }, start - 5)
    await append(o.store, tenant, [
      reading({ recordedAt: start + 10, receivedAt: start + 20, values: { b: 1 } }),
      reading({ recordedAt: start, receivedAt: start + 30, values: { a: 1, b: 2 } }),
    ])
    await append(o.store, tenant, [reading({ recordedAt: start - 1, receivedAt: start + 40, values: { c: 1 } })])
    const device = await o.catalogue.device(tenant, 'boiler')
    deepEqual(
      { ...device, units: { ...device?.units } },
      {
        device: 'boiler',
        kind: 'sensor',
        units: { b: 'kg' },
        createdAt: start - 5,
        lastSeenAt: start + 40,
        lastRecordedAt: start + 10,
        channels: ['a', 'b', 'c'],
      },
    )
    const frame = await o.store.frame(tenant, 'boiler', { ...all, limit: 5 })
    equal(frame.channels.find((c) => c.name === 'b')?.unit, 'kg')
    await append(o.store, tenant, [reading({ device: 'new', receivedAt: start + 7 })])
    equal((await o.catalogue.device(tenant, 'new'))?.createdAt, start + 7)
  })
  check('latest follows the device time; a late reading moves only what it is newest for', async (o, tenant) => {
    await append(o.store, tenant, [reading({ recordedAt: start, receivedAt: start + 1, values: { a: 1, b: 1 } })])
    await append(o.store, tenant, [reading({ recordedAt: start + 100, receivedAt: start + 101, values: { a: 2 } })])
    await append(o.store, tenant, [
      reading({ recordedAt: start + 50, receivedAt: start + 999, values: { a: 9, b: 5, c: 7 } }),
      reading({ device: 'aa', recordedAt: start, values: { x: -1.5 } }),
    ])
    await o.catalogue.putDevice(tenant, 'silent', {}, start)
    const latest = (await o.store.latest(tenant)).map((l) => ({ ...l, values: { ...l.values } }))
    const boiler = {
      device: 'boiler',
      recordedAt: start + 100,
      receivedAt: start + 101,
      values: {
        a: { value: 2, recordedAt: start + 100 },
        b: { value: 5, recordedAt: start + 50 },
        c: { value: 7, recordedAt: start + 50 },
      },
    }
    deepEqual(
      latest.map((l) => l.device),
      ['aa', 'boiler'],
    )
    deepEqual(plain(latest[1]!), plain(boiler))
    deepEqual((await o.store.latest(tenant, ['boiler', 'silent', 'nobody'])).map(plain), [plain(boiler)])
    deepEqual(await o.store.latest(tenant, []), [])
    // At the same instant, what was received later is the newer one.
    await append(o.store, tenant, [reading({ recordedAt: start + 100, receivedAt: start + 2000, values: { a: 3 } })])
    equal((await o.store.latest(tenant, ['boiler']))[0]?.values['a']?.value, 3)
  })
  check('extent is the first and last time and the count', async (o, tenant) => {
    equal(await o.store.extent(tenant, 'boiler'), undefined)
    await append(o.store, tenant, [reading({ recordedAt: start + 5 }), reading({ recordedAt: start + 1.5 })])
    deepEqual({ ...(await o.store.extent(tenant, 'boiler')) }, { from: start + 1.5, to: start + 5, count: 2 })
    await o.catalogue.putDevice(tenant, 'silent', {}, start)
    equal(await o.store.extent(tenant, 'silent'), undefined)
  })
  check('a second tenant sees nothing of the first, by any method', async (o, mine) => {
    const other = await freshTenant(o)
    const first = reading({ recordedAt: start - 7_200_000 })
    await append(o.store, mine, [first, reading({ recordedAt: start - 7_200_500, values: { secret: 1 } })])
    while (await o.store.maintain(mine)) {}
    const query = { ...all, devices: ['boiler'] }
    deepEqual(await readAll(o.store, other), [])
    equal((await o.store.frame(other, 'boiler', { ...all, limit: 9 })).times.length, 0)
    deepEqual(await o.store.buckets(other, { ...query, bucket_ms: 60_000, aggregates: ['avg', 'p50'] }), [])
    deepEqual(await o.store.buckets(other, { ...query, bucket_ms: 3_600_000, aggregates: ['count'] }), [])
    deepEqual(await o.store.latest(other), [])
    deepEqual(await o.store.latest(other, ['boiler']), [])
    equal(await o.store.extent(other, 'boiler'), undefined)
    // Its ids are its own as well: neither a duplicate nor a conflict tells what the first one has.
    deepEqual(await append(o.store, other, [{ ...first, values: { temperature: 1 } }]), [accepted])
    equal((await readAll(o.store, mine)).length, 2)
    deepEqual(Object.keys((await o.store.latest(other))[0]!.values), ['temperature'])
  })
}

const many = (count: number) => Array.from({ length: count }, (_, i) => [`channel_${i}`, i / 7] as const)
/** Without prototypes and undefined fields, so that only what is said is compared. */
const plain = (value: object) => JSON.parse(JSON.stringify(value))
