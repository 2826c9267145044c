// POST /telemetry as senders see it: forms of the body, answers per event, limits, and what stays when something is
// wrong. On both databases.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { backends, json, ndjson, type Opened, openServer } from './setup.ts'

type Body = NonNullable<RequestInit['body']>
type Answer = {
  accepted: number
  duplicate: number
  rejected: number
  events: { index: number; line?: number; id?: string; verdict: string; reason?: string; field?: string }[]
}

const at = Date.UTC(2026, 9, 1)
const event = (changes: object = {}) => ({
  id: randomUUID(),
  device: 'boiler',
  recordedAt: at,
  values: { t: 1 },
  ...changes,
})

for (const { name, skip } of backends) {
  describe(name, { skip }, async () => {
    let opened: Opened | undefined
    if (skip === undefined) opened = await openServer(name)
    after(() => opened?.[Symbol.asyncDispose]())
    const post = (body: Body, headers: Record<string, string> = json) =>
      opened!.ask('/api/v1/telemetry', { method: 'POST', headers, body })
    const sent = async (body: Body, headers?: Record<string, string>): Promise<Answer> => {
      const response = await post(body, headers)
      assert.equal(response.status, 200, await response.clone().text())
      return (await response.json()) as Answer
    }

    test('one reading, an array, NDJSON, and each of them packed', async () => {
      assert.equal((await sent(JSON.stringify(event()))).accepted, 1)
      assert.equal((await sent(JSON.stringify([event(), event()]))).accepted, 2)
      const lines = `${JSON.stringify(event())}\r\n\n${JSON.stringify(event())}`
      assert.equal((await sent(lines, ndjson)).accepted, 2)
      for (const [body, headers] of [
        [JSON.stringify([event()]), json],
        [JSON.stringify(event()), ndjson],
      ] as const) {
        const packed = new Uint8Array(gzipSync(body))
        assert.equal((await sent(packed, { ...headers, 'content-encoding': 'gzip' })).accepted, 1)
      }
    })

    test('the same again is a duplicate, however it is written; another payload under that id is a conflict', async () => {
      const id = randomUUID()
      const first = event({ id })
      const answer = await sent(
        JSON.stringify([
          first,
          first,
          { ...first, id: id.toUpperCase(), recordedAt: new Date(at).toISOString() },
          { ...first, values: { t: 2 } },
        ]),
      )
      assert.deepEqual(
        answer.events.map(({ verdict }) => verdict),
        ['accepted', 'duplicate', 'duplicate', 'rejected'],
      )
      assert.deepEqual(
        answer.events.map((e) => e.id),
        [id, id, id, id],
      )
      assert.match(answer.events[3]!.reason!, /used before/)
      assert.equal(answer.events[3]!.field, 'id')
    })

    test('without an id, one is derived from device, time and channels, so that a repeat is found', async () => {
      const { id: _, ...bare } = event({ device: 'derived' })
      const first = await sent(JSON.stringify(bare))
      const second = await sent(JSON.stringify(bare))
      assert.equal(first.events[0]!.verdict, 'accepted')
      assert.equal(second.events[0]!.verdict, 'duplicate')
      assert.equal(second.events[0]!.id, first.events[0]!.id)
    })

    test('line 37 is broken: it is refused with its line, and the others stay', async () => {
      const lines = Array.from({ length: 100 }, (_, i) =>
        JSON.stringify(event({ device: 'lines', recordedAt: at + i })),
      )
      lines[36] = '{"device": "lines", "recordedAt'
      lines[49] = JSON.stringify(event({ device: 'lines', values: { t: 'warm' } }))
      const answer = await sent(lines.join('\n'), ndjson)
      assert.deepEqual([answer.accepted, answer.duplicate, answer.rejected], [98, 0, 2])
      const { line, verdict, reason, field, index } = answer.events[36]!
      assert.deepEqual([index, line, verdict, field], [36, 37, 'rejected', 'line 37'])
      assert.match(reason!, /line 37 is not JSON/)
      assert.deepEqual([answer.events[49]!.line, answer.events[49]!.field], [50, 'values.t'])
      const { total } = await opened!.client().devices.list({ search: 'lines' })
      assert.equal(total, 1)
    })

    test('a line that is not UTF-8 is refused alone', async () => {
      const good = Buffer.from(`${JSON.stringify(event())}\n`)
      const bad = Buffer.concat([Buffer.from('{"device":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')])
      const umlaut = Buffer.from(JSON.stringify(event({ device: 'größe' })))
      const answer = await sent(new Uint8Array(Buffer.concat([good, bad, umlaut])), ndjson)
      assert.deepEqual(
        answer.events.map(({ verdict }) => verdict),
        ['accepted', 'rejected', 'accepted'],
      )
      assert.match(answer.events[1]!.reason!, /UTF-8/)
      assert.equal((await opened!.client().devices.get({ device: 'größe' })).device, 'größe')
    })

    test('what the tenant refuses to create is rejected, and registered devices pass', async () => {
      const client = opened!.client()
      await client.settings.put({ unknownDevices: 'refuse' })
      try {
        await client.devices.put({ device: 'registered' })
        const answer = await sent(JSON.stringify([event({ device: 'stranger' }), event({ device: 'registered' })]))
        assert.deepEqual(
          answer.events.map(({ verdict }) => verdict),
          ['rejected', 'accepted'],
        )
        assert.equal(answer.events[0]!.field, 'device')
        assert.match(answer.events[0]!.reason!, /'stranger' is not registered/)
      } finally {
        await client.settings.put({ unknownDevices: 'create' })
      }
    })

    test('what is stored is what was sent, bit for bit', async () => {
      const values = { a: 0.1 + 0.2, b: 5e-324, c: -1e290, 'd (°C)': 1 / 3, e: 1e21 }
      const label = 'spike'
      const id = 'größe 7/事件'
      await sent(JSON.stringify(event({ id, device: 'exact', values, label, recordedAt: at + 123 })))
      const rows = await Array.fromAsync(opened!.client().query.readings({ devices: ['exact'], from: 0 }))
      assert.equal(rows.length, 1)
      const { receivedAt, ...reading } = rows[0]!
      assert.deepEqual(reading, { id, device: 'exact', recordedAt: at + 123, values, label })
      assert.ok(Math.abs(receivedAt - Date.now()) < 60_000)
    })

    test('ten clients at once with overlapping readings: each reading counts once', async () => {
      const pool = Array.from({ length: 500 }, (_, i) => event({ device: `many-${i % 7}`, recordedAt: at + i }))
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, k) =>
          sent(
            pool
              .slice(k * 25, k * 25 + 275)
              .map((e) => JSON.stringify(e))
              .join('\n'),
            ndjson,
          ),
        ),
      )
      assert.equal(
        answers.reduce((sum, { accepted }) => sum + accepted, 0),
        500,
      )
      assert.equal(
        answers.reduce((sum, { rejected }) => sum + rejected, 0),
        0,
      )
    })

    test('figures of the door', async () => {
      const stats = await opened!.client().ingest.stats()
      assert.ok(stats.accepted > 600 && stats.duplicate > 0 && stats.rejected > 0)
      assert.equal(stats.waiting, 0)
      assert.ok(stats.history.length > 0)
    })

    test('no unexpected error happened', () => assert.deepEqual(opened!.errors, []))
  })
}

describe('limits and hostile bodies', async () => {
  const opened = await openServer('sqlite')
  after(() => opened[Symbol.asyncDispose]())
  const post = (body: Body | undefined, headers: Record<string, string>) =>
    opened.ask('/api/v1/telemetry', { method: 'POST', headers, body })
  const gzip = { ...ndjson, 'content-encoding': 'gzip' }
  const line = `${JSON.stringify({ device: 'a', recordedAt: 0, values: { t: 1 } })}\n`

  const table: [
    title: string,
    body: Body | undefined,
    headers: Record<string, string>,
    status: number,
    detail: RegExp,
  ][] = [
    ['no content type', new Uint8Array([1]), {}, 415, /send application\/json or application\/x-ndjson/],
    ['a form', 'device=a', { 'content-type': 'application/x-www-form-urlencoded' }, 415, /not taken/],
    ['plain text', line, { 'content-type': 'text/plain' }, 415, /not taken/],
    ['an unknown packing', line, { ...ndjson, 'content-encoding': 'br' }, 415, /send gzip/],
    ['gzip that is none', line, gzip, 400, /cannot be unpacked/],
    ['gzip that is cut', new Uint8Array(gzipSync(line.repeat(1000)).subarray(0, 60)), gzip, 400, /cannot be unpacked/],
    ['broken JSON', '{"device": "a",\n "recordedAt": }', json, 400, /not JSON: Unexpected token '}'/],
    ['nothing', '', json, 400, /empty/],
    ['10,001 events', line.repeat(10_001), ndjson, 413, /10000 events/],
    ['10,001 events in an array', `[${'{},'.repeat(10_000)}{}]`, json, 413, /10000 events/],
    ['17 MiB', new Uint8Array(17 * 1024 * 1024), ndjson, 413, /16777216 bytes/],
    ['a gzip of 256 MiB', new Uint8Array(gzipSync(Buffer.alloc(1 << 28), { level: 1 })), gzip, 413, /16777216 bytes/],
    ['a parameter in the query', line, ndjson, 400, /takes its input in the body/],
  ]
  for (const [title, body, headers, status, detail] of table) {
    test(`${title}: ${status}`, async () => {
      const path = title.includes('query') ? '/api/v1/telemetry?device=a' : '/api/v1/telemetry'
      const response = await opened.ask(path, { method: 'POST', headers, body })
      assert.equal(response.status, status)
      assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8')
      const problem = (await response.json()) as { status: number; detail: string }
      assert.equal(problem.status, status)
      assert.match(problem.detail, detail)
      assert.doesNotMatch(problem.detail, /node_modules|\.ts:/)
    })
  }

  test('a body without a length is stopped while it streams in', async () => {
    async function* endless() {
      for (let i = 0; i < 400; i++) yield new Uint8Array(64 * 1024).fill(32)
    }
    const outcome = await post(ReadableStream.from(endless()) as unknown as Body, ndjson).catch((error: Error) => error)
    // The answer may be cut off by the closed connection; what counts is that it is not taken.
    if (outcome instanceof Response) assert.equal(outcome.status, 413)
    else assert.ok(outcome instanceof TypeError)
  })

  test('an array nested a million deep is one refused event, not a crash', async () => {
    const response = await post('['.repeat(1e6) + ']'.repeat(1e6), json)
    assert.ok(response.status === 200 || response.status === 400, String(response.status))
  })

  test('JSON that pollutes prototypes changes nothing', async () => {
    const response = await post(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"device":"a","recordedAt":0,"values":{"t":1}}',
      json,
    )
    assert.equal(((await response.json()) as Answer).rejected, 1)
    assert.equal(({} as { polluted?: number }).polluted, undefined)
  })

  test('an empty array and blank lines are nothing, which is fine', async () => {
    for (const [body, headers] of [
      ['[]', json],
      ['\n\n', ndjson],
    ] as const) {
      const response = await post(body, headers)
      assert.equal(response.status, 200)
      assert.deepEqual(await response.json(), { accepted: 0, duplicate: 0, rejected: 0, events: [] })
    }
  })

  test('after all of it the server is well', async () => {
    assert.equal((await opened.ask('/ready')).status, 200)
    assert.equal((await post(line, ndjson)).status, 200)
    assert.deepEqual(opened.errors, [])
  })
})
