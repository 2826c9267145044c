// Reading back: forms of an answer, pages, ranges, charts, live events, and what is said of wrong questions.

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import fc from 'fast-check'
import { localTenant } from '#core/tenant.ts'
import { backends, json, type Opened, openServer } from './setup.ts'

const start = Date.UTC(2026, 9, 1)
type Row = {
  id: string
  device: string
  recordedAt: number
  receivedAt: number
  values: Record<string, number>
  label?: string
}

/** 300 readings of three devices, several at one instant, some with a label or a name that CSV must quote. */
const events = Array.from({ length: 300 }, (_, i) => ({
  id: `r "${i}", ${i}`,
  device: `d${i % 3}`,
  recordedAt: start + Math.floor(i / 6) * 1_000,
  values: (i % 2 ? { t: i / 7 } : { t: i / 7, 'h (%)': i }) as Record<string, number>,
  ...(i % 10 === 0 && { label: 'spike, "big"' }),
}))

for (const { name, skip } of backends) {
  describe(name, { skip }, async () => {
    let opened!: Opened
    if (skip === undefined) {
      opened = await openServer(name)
      await opened.client().telemetry.send({ events })
    }
    after(() => opened?.[Symbol.asyncDispose]())
    const range = `from=${start}&to=${start + 3_600_000}`
    const get = async (query: string, accept?: string) => {
      const response = await opened.ask(`/api/v1/query/${query}`, accept ? { headers: { accept } } : {})
      assert.equal(response.status, 200, await response.clone().text())
      return response
    }

    test('JSON, NDJSON and CSV hold the same readings', async () => {
      const { rows } = (await (await get(`readings?${range}&format=json`)).json()) as { rows: Row[] }
      const lines = (await (await get(`readings?${range}&format=ndjson`)).text()).trimEnd().split('\n')
      const csv = parseCsv(await (await get(`readings?${range}&format=csv`)).text())
      assert.equal(rows.length, 300)
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as Row),
        rows,
      )
      assert.deepEqual(csv[0], ['device', 'recordedAt', 'receivedAt', 'id', 'h (%)', 't', 'label'])
      assert.deepEqual(
        csv.slice(1),
        rows.map(({ device, recordedAt, receivedAt, id, values, label = '' }) =>
          [device, recordedAt, receivedAt, id, values['h (%)'] ?? '', values['t'], label].map(String),
        ),
      )
    })

    test('the Accept header chooses, with its weights', async () => {
      const typeOf = async (accept?: string) =>
        (await get(`readings?${range}&limit=1`, accept)).headers.get('content-type')!.split(';')[0]
      assert.equal(await typeOf(), 'application/json')
      assert.equal(await typeOf('*/*'), 'application/json')
      assert.equal(await typeOf('text/*'), 'text/csv')
      assert.equal(await typeOf('text/csv;q=0.5, application/x-ndjson;q=0.9'), 'application/x-ndjson')
      assert.equal(await typeOf('application/json;q=0, */*'), 'application/x-ndjson')
      assert.equal(await typeOf('text/html, */*;q=0.1'), 'application/json')
      const refused = await opened.ask(`/api/v1/query/readings?${range}`, { headers: { accept: 'image/png' } })
      assert.equal(refused.status, 406)
      assert.match(await refused.text(), /application\/json, application\/x-ndjson, text\/csv/)
    })

    test('a walk by cursors gives each reading once, in order, for any page, filter and direction', async () => {
      const query = fc.record({
        limit: fc.integer({ min: 1, max: 350 }),
        order: fc.constantFrom('ascending', 'descending'),
        devices: fc.subarray(['d0', 'd1', 'd2'], { minLength: 1 }),
        channels: fc.constantFrom(undefined, 't', 'h (%)'),
      })
      const check = fc.asyncProperty(query, async ({ limit, order, devices, channels }) => {
        const asked = `readings?${range}&order=${order}&devices=${devices}${channels ? `&channels=${encodeURIComponent(channels)}` : ''}`
        const walked: Row[] = []
        let cursor: string | undefined
        do {
          const part: { rows: Row[]; cursor?: string } = (await (
            await get(`${asked}&limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`)
          ).json()) as never
          assert.ok(part.rows.length <= limit)
          walked.push(...part.rows)
          cursor = part.cursor
        } while (cursor)
        const expected = events.filter(
          ({ device, values }) => devices.includes(device) && (channels === undefined || channels in values),
        )
        assert.deepEqual(walked.map(({ id }) => id).toSorted(), expected.map(({ id }) => id).toSorted())
        const times = walked.map(({ recordedAt }) => recordedAt)
        assert.deepEqual(
          times,
          times.toSorted((a, b) => (order === 'ascending' ? a - b : b - a)),
        )
      })
      await fc.assert(check, { numRuns: 12, seed: 7 })
    })

    test('a walk is not disturbed by what arrives meanwhile behind its place', async () => {
      const first = (await (await get(`readings?devices=d0&${range}&limit=10&order=descending`)).json()) as {
        rows: Row[]
        cursor: string
      }
      await opened
        .client()
        .telemetry.send({ events: [{ id: 'late', device: 'd0', recordedAt: start + 3_000_000, values: { t: 1 } }] })
      const rest = (await (
        await get(`readings?devices=d0&order=descending&limit=1000&cursor=${first.cursor}`)
      ).json()) as { rows: Row[] }
      assert.equal(first.rows.length + rest.rows.length, 100)
    })

    test('a limited NDJSON answer has its cursor in a header', async () => {
      const response = await get(`readings?${range}&limit=100&format=ndjson`)
      const cursor = response.headers.get('millrace-cursor')
      assert.ok(cursor)
      const all = await get(`readings?${range}&limit=10000&format=ndjson`)
      assert.equal(all.headers.get('millrace-cursor'), null)
    })

    test('aggregates per bucket agree with the readings, in every form', async () => {
      const asked = `aggregate?devices=d0,d1&channels=t&${range}&bucket=10s&aggregates=count,sum,min,max,first,last,avg`
      const { rows } = (await (await get(asked)).json()) as { rows: Record<string, number>[] }
      const mine = events.filter(({ device }) => device === 'd0')
      const bucket = mine.filter(({ recordedAt }) => recordedAt < start + 10_000).map(({ values }) => values['t']!)
      const first = rows.find((row) => (row['device'] as unknown) === 'd0' && row['time'] === start)!
      assert.equal(first['count'], bucket.length)
      assert.ok(Math.abs(first['sum']! - bucket.reduce((a, b) => a + b, 0)) < 1e-9)
      assert.equal(first['min'], Math.min(...bucket))
      assert.equal(first['max'], Math.max(...bucket))
      assert.deepEqual(parseCsv(await (await get(`${asked}&format=csv`)).text()).length, rows.length + 1)
    })

    test('a chart has at most so many buckets of a width that people use, and its labels', async () => {
      const chart = await opened
        .client()
        .query.chart({ devices: ['d0', 'd1'], from: start, to: start + 60_000, points: 20 })
      assert.equal(chart.bucket_ms, 5_000)
      for (const { times, avg, min, max } of chart.series) {
        assert.ok(times.length <= 20 && times.length === avg.length)
        for (let i = 0; i < times.length; i++) assert.ok(min[i]! <= avg[i]! && avg[i]! <= max[i]!)
      }
      const labelled = events.filter(({ device, label }) => label && device !== 'd2')
      assert.equal(chart.labels.length, labelled.length)
      assert.equal(chart.labels[0]!.label, 'spike, "big"')
    })

    test('labels of a chart are found among any number of newer readings without one', async () => {
      const many = Array.from({ length: 2_000 }, (_, i) => ({
        device: 'marked',
        recordedAt: start + i * 1_000,
        values: { t: i },
        ...(i === 3 && { label: 'drift' }),
      }))
      await opened.client().telemetry.send({ events: many })
      const chart = await opened.client().query.chart({ devices: ['marked'], from: start, to: start + 3_600_000 })
      assert.deepEqual(chart.labels, [{ device: 'marked', channel: 't', recordedAt: start + 3_000, label: 'drift' }])
    })

    test('the latest follows recordedAt, not arrival', async () => {
      const client = opened.client()
      const late = { device: 'late', recordedAt: start, values: { t: 1 } }
      await client.telemetry.send({ events: [{ device: 'late', recordedAt: start + 5_000, values: { t: 2, h: 3 } }] })
      await client.telemetry.send({ events: [late] })
      const [latest] = await Array.fromAsync(client.query.latest({ devices: ['late'] }))
      assert.equal(latest!.recordedAt, start + 5_000)
      assert.deepEqual(latest!.values, {
        t: { value: 2, recordedAt: start + 5_000 },
        h: { value: 3, recordedAt: start + 5_000 },
      })
    })

    test('live: what is committed is heard, filtered by device', async () => {
      const client = opened.client()
      const heard = (async () => {
        for await (const { event, data } of client.live.watch({ devices: ['heard'] })) return { event, data }
        return undefined
      })()
      while (!opened.platform.live.listened(localTenant)) await wait(5)
      await client.telemetry.send({ events: [{ device: 'unheard', recordedAt: start, values: { t: 1 } }] })
      await client.telemetry.send({ events: [{ id: 'h1', device: 'heard', recordedAt: start, values: { t: 1 } }] })
      const { event, data } = (await heard)!
      assert.equal(event, 'readings')
      assert.deepEqual(
        data.readings.map(({ id, values }) => [id, values]),
        [['h1', { t: 1 }]],
      )
      for (let i = 0; i < 200 && opened.platform.live.listened(localTenant); i++) await wait(5)
      assert.ok(!opened.platform.live.listened(localTenant), 'who has hung up is forgotten')
    })

    test('no unexpected error happened', () => assert.deepEqual(opened.errors, []))
  })
}

describe('wrong questions', async () => {
  const opened = await openServer()
  after(() => opened[Symbol.asyncDispose]())
  await opened.client().telemetry.send({ events: [{ device: 'boiler', recordedAt: start, values: { t: 1 } }] })

  const table: [path: string, status: number, detail: RegExp, field?: string][] = [
    ['/query/readings?from=yesterday', 400, /"yesterday" is not a time/, 'from'],
    ['/query/readings?from=now&to=-1h', 400, /is not before to/, 'from'],
    ['/query/readings?limit=0', 400, /limit/, 'limit'],
    ['/query/readings?limit=10001', 400, /limit/, 'limit'],
    ['/query/readings?limit=ten', 400, /limit/, 'limit'],
    ['/query/readings?order=up', 400, /order/, 'order'],
    ['/query/readings?device=boiler', 400, /no such field; known are devices/, 'device'],
    ['/query/readings?devices=boiler&cursor=x', 400, /not a cursor/, 'cursor'],
    ['/query/readings?format=xml', 400, /one of json, ndjson, csv/, 'format'],
    ['/query/readings?devices=boiler,nobody', 404, /no device 'nobody'/],
    ['/query/latest?devices=nobody', 404, /no device 'nobody'/],
    ['/query/aggregate?devices=boiler&bucket=5', 400, /not a duration/, 'bucket'],
    ['/query/aggregate?devices=boiler&bucket=1ms&from=-30d', 400, /buckets of 1ms/, 'bucket'],
    ['/query/aggregate?devices=boiler&aggregates=median', 400, /aggregates/, 'aggregates.0'],
    ['/query/chart', 400, /devices: is missing/, 'devices'],
    ['/query/chart?devices=boiler&points=0', 400, /points/, 'points'],
    ['/devices/nobody', 404, /no device 'nobody'/],
    ['/devices?sort=age', 400, /sort/, 'sort'],
    ['/generators/nothing', 404, /there is statistical/],
    ['/device', 404, /did you mean GET \/api\/v1\/devices\?/],
    ['/quer/readings', 404, /did you mean GET \/api\/v1\/query\/readings\?/],
    ['/telemetry', 405, /there is POST/],
    ['/devices/%ff', 400, /./],
  ]
  for (const [path, status, detail, field] of table) {
    test(`GET ${path}: ${status}`, async () => {
      const response = await opened.ask(`/api/v1${path}`)
      assert.equal(response.status, status)
      assert.match(response.headers.get('content-type')!, /^application\/problem\+json/)
      const problem = (await response.json()) as {
        type: string
        title: string
        status: number
        detail: string
        issues: { field: string }[]
      }
      assert.equal(problem.status, status)
      assert.match(problem.detail, detail)
      if (field)
        assert.ok(
          problem.issues.some((issue) => issue.field === field),
          JSON.stringify(problem.issues),
        )
      assert.doesNotMatch(JSON.stringify(problem), /node_modules|\.ts:|at async/)
    })
  }

  test('a cursor of another query is told apart from nonsense', async () => {
    await opened.client().telemetry.send({ events: [{ device: 'boiler', recordedAt: start + 1, values: { t: 2 } }] })
    const page = (await (await opened.ask('/api/v1/query/readings?from=0&limit=1')).json()) as { cursor: string }
    const response = await opened.ask(`/api/v1/query/readings?from=0&limit=1&order=descending&cursor=${page.cursor}`)
    assert.match(((await response.json()) as { detail: string }).detail, /belongs to another query/)
  })

  test('the client turns problems back into the four errors', async () => {
    const client = opened.client()
    await assert.rejects(client.devices.get({ device: 'nobody' }), { name: 'NotFoundError' })
    await assert.rejects(
      client.query.chart({ devices: ['boiler'], points: 0 }),
      (error: Error & { issues: { field: string }[] }) => {
        return error.name === 'InputError' && error.issues[0]!.field === 'points'
      },
    )
    await assert.rejects(Array.fromAsync(client.query.readings({ devices: ['nobody'] })), { name: 'NotFoundError' })
    const { createClient } = await import('#api/client/client.ts')
    await assert.rejects(createClient({ url: 'http://127.0.0.1:1' }).overview(), { name: 'UnavailableError' })
  })

  test('a body must be JSON, and say nothing else than the path', async () => {
    const put = (body: string, headers = json) => opened.ask('/api/v1/devices/boiler', { method: 'PUT', headers, body })
    assert.equal((await put('{"location":"Hall 2"}')).status, 200)
    assert.equal((await put('[]')).status, 400)
    assert.equal((await put('{"device":"other"}')).status, 400)
    assert.equal((await put('{"latitude":91}')).status, 400)
    assert.equal((await put('{}', { 'content-type': 'text/json' })).status, 415)
  })

  test('closing ends live streams and answers nothing more', async () => {
    const other = await openServer()
    const ended = (async () => {
      for await (const _ of other.client().live.watch()) return 'event'
      return 'ended'
    })()
    while (!other.platform.live.listened(localTenant)) await wait(5)
    const began = performance.now()
    await other[Symbol.asyncDispose]()
    assert.equal(await ended, 'ended')
    assert.ok(performance.now() - began < 4_000)
  })

  test('no unexpected error happened', () => assert.deepEqual(opened.errors, []))
})

/** RFC 4180, as a reader of ours would not share our writer's mistakes. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}
