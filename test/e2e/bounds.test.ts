// What one sender does must stay its own trouble: hostile but allowed requests, beside good ones of others.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { json, ndjson, openServer } from './setup.ts'

const now = Date.now()
type Answer = { accepted: number; rejected: number; events: { verdict: string; field?: string }[] }

const send = async (server: Awaited<ReturnType<typeof openServer>>, body: object[] | Buffer): Promise<Answer> => {
  const packed = Buffer.isBuffer(body)
  const response = await server.ask('/api/v1/telemetry', {
    method: 'POST',
    headers: packed ? ndjson : json,
    body: packed ? new Uint8Array(body) : JSON.stringify(body),
  })
  equal(response.status, 200, await response.clone().text())
  return (await response.json()) as Answer
}

const reading = (device: string, at: number, values: Record<string, number>) => ({
  device,
  recordedAt: now - at,
  values,
})

test('a device may have 1,000 channels; a reading beyond is refused alone', async () => {
  await using server = await openServer('sqlite')
  const wide = Array.from({ length: 20 }, (_, row) =>
    reading('wide', row, Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`c${row * 64 + i}`, 1]))),
  )
  const answer = await send(server, [...wide, reading('good', 0, { t: 1 })])
  deepEqual([answer.accepted, answer.rejected], [16, 5])
  equal(answer.events.at(-1)!.verdict, 'accepted')
  ok(answer.events.filter((event) => event.verdict === 'rejected').every((event) => event.field === 'values'))
})

test('sixty packed requests at once are all taken', async () => {
  await using server = await openServer('sqlite')
  const bodies = Array.from({ length: 60 }, (_, n) =>
    gzipSync(JSON.stringify(Array.from({ length: 50 }, (_, i) => reading(`d${n}`, i, { t: i })))),
  )
  const statuses = await Promise.all(
    bodies.map(async (body) => {
      const headers = { ...json, 'content-encoding': 'gzip' }
      const request = { method: 'POST', headers, body: new Uint8Array(body) }
      return (await server.ask('/api/v1/telemetry', request)).status
    }),
  )
  deepEqual(new Set(statuses), new Set([200]))
})

test('a cursor goes on although another device has come', async () => {
  await using server = await openServer('sqlite')
  await send(
    server,
    [1, 2, 3].map((at) => reading('a', at * 1000, { t: at })),
  )
  type Page = { rows: { device: string }[]; cursor: string }
  const page = async (query: string) =>
    (await (await server.ask(`/api/v1/query/readings?from=-1h&${query}`)).json()) as Page
  const first = await page('limit=2')
  await send(server, [reading('newcomer', 500, { t: 1 })])
  const second = await page(`limit=2&cursor=${encodeURIComponent(first.cursor)}`)
  deepEqual(
    second.rows.map((row) => row.device),
    ['a', 'newcomer'],
  )
})

test('a byte order mark before lines of which one is not UTF-8 costs no good line', async () => {
  await using server = await openServer('sqlite')
  const body = Buffer.concat([
    Buffer.from([0xef, 0xbb, 0xbf]),
    Buffer.from(`${JSON.stringify(reading('a', 1, { t: 1 }))}\n`),
    Buffer.from([0xff, 0xfe, 0x0a]),
    Buffer.from(`${JSON.stringify(reading('a', 2, { t: 2 }))}\n`),
  ])
  const answer = await send(server, body)
  deepEqual([answer.accepted, answer.rejected], [2, 1])
})
