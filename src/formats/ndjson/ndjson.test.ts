import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatContract, take } from '../contract.ts'
import ndjson from './index.ts'

formatContract(ndjson, {
  make: (path, columns) => {
    const names = Object.keys(columns)
    const rows = columns[names[0]!]!.map((_, i) =>
      JSON.stringify(Object.fromEntries(names.map((name) => [name, columns[name]![i]]))),
    )
    return writeFile(path, rows.join('\n'))
  },
})

async function read(text: string | Uint8Array, options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-ndjson-'))
  try {
    await writeFile(join(folder, 'x.ndjson'), text)
    return await take(ndjson, join(folder, 'x.ndjson'), options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('readings as the doors write them: only `values` are channels', async () => {
  const { chunks, report } = await read(
    '{"id":"a","device":"boiler","recordedAt":1767323045000,"receivedAt":1767323045009,"values":{"temperature":20.5}}\n' +
      '{"id":"b","device":"boiler","recordedAt":1767323046000,"receivedAt":1767323046009,"values":{"flow":3}}\n',
    { deviceColumn: 'device' },
  )
  assert.equal(report.timeColumn, 'recordedAt')
  assert.deepEqual(
    report.channels.map((c) => [c.name, c.unit]),
    [
      ['temperature', 'Cel'],
      ['flow', ''],
    ],
  )
  assert.deepEqual(
    chunks[0]!.frame.channels.map((c) => [...c.values]),
    [
      [20.5, Number.NaN],
      [Number.NaN, 3],
    ],
  )
  assert.equal(chunks[0]!.device, 'boiler')
})

test('broken lines are skipped and named, the others stay', async () => {
  const { report } = await read('{"time":"2026-01-01","v":1}\n{"time":\n[1]\n{"time":"2026-01-02","v":2}\n')
  assert.equal(report.rows, 2)
  assert.deepEqual(
    report.skipped.map((s) => s.line),
    [2, 3],
  )
  assert.match(report.skipped[0]!.reason, /not JSON/)
})

test('a JSON array and a file of other text are refused with the way out', async () => {
  await assert.rejects(read('[{"a":1}]'), { name: 'InputError', message: /jq/ })
  await assert.rejects(read('hello\n'), { name: 'InputError', message: /line 1: not JSON/ })
})
