import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { formatContract, take } from '../contract.ts'
import type { Chunk, ReadOptions } from '../format.ts'
import csv from './index.ts'

const cell = (value: number | string | Date | null) =>
  value === null ? '' : value instanceof Date ? value.toISOString() : String(value)

formatContract(csv, {
  make: (path, columns) => {
    const lists = Object.values(columns)
    const rows = lists[0]!.map((_, i) => lists.map((list) => cell(list[i]!)).join(','))
    return writeFile(path, `${[Object.keys(columns).join(','), ...rows].join('\n')}\n`)
  },
})

async function read(content: string | Uint8Array, options: ReadOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-csv-'))
  try {
    await writeFile(join(folder, 'x.csv'), content)
    return await take(csv, join(folder, 'x.csv'), options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const valuesOf = (chunks: Chunk[], channel = 0) => chunks.flatMap((c) => [...c.frame.channels[channel]!.values])
const timesOf = (chunks: Chunk[]) => chunks.flatMap((c) => [...c.frame.times])
const at = Date.UTC(2026, 0, 2, 3, 4, 5)

test('semicolons, decimal commas, German dates, byte order mark, quotes and CRLF', async () => {
  const { chunks, report } = await read(
    '\ufeffZeit;"Temp. [°C]";"Ort, Raum"\r\n02.01.2026 03:04:05;"1.021,5";"a;b"\r\n02.01.2026 03:04:06;-0,25;c\r\n',
  )
  assert.equal(report.layout, 'csv with semicolons, decimal comma, header')
  assert.deepEqual(timesOf(chunks), [at, at + 1000])
  assert.deepEqual(valuesOf(chunks), [1021.5, -0.25])
  assert.deepEqual(report.channels, [{ name: 'Temp.', column: 'Temp. [°C]', unit: 'Cel' }])
  assert.deepEqual(report.leftOut, [{ column: 'Ort, Raum', reason: "text ('a;b')" }])
})

test('tabs, gzip and UTF-16', async () => {
  const text = 'time\tv\n2026-01-02 03:04:05\t1\n2026-01-02 03:04:06\t2\n'
  for (const content of [text, gzipSync(text), Buffer.from(`\ufeff${text}`, 'utf16le')]) {
    assert.deepEqual(valuesOf((await read(content)).chunks), [1, 2])
  }
})

test('no header and spaces after commas, as loggers write', async () => {
  const text = Array.from({ length: 9 }, (_, i) => `${i + 1}, ${at + i * 700}, ${i}, 4, ${20 + i / 8}`).join('\n')
  const plain = await read(text)
  assert.equal(plain.report.timeColumn, 'column_2')
  assert.deepEqual(
    plain.report.channels.map((c) => c.name),
    ['column_4', 'column_5'],
  )
  assert.match(plain.report.notes[0]!, /--columns/)
  const named = await read(text, { columns: ['eid', 'time', 'relative', 'node', 'temperature'], deviceColumn: 'node' })
  assert.deepEqual(
    named.report.channels.map((c) => [c.name, c.unit]),
    [['temperature', 'Cel']],
  )
  assert.equal(named.chunks[0]!.device, '4')
  await assert.rejects(read(text, { columns: ['a'] }), { name: 'InputError', message: /1 names.*5 cells/ })
})

test('American, day-first and half-day times', async () => {
  assert.deepEqual(timesOf((await read('date,v\n1/2/2026 3:04:05 AM,1\n1/2/2026 3:04 PM,1\n')).chunks), [
    at,
    Date.UTC(2026, 0, 2, 15, 4),
  ])
  assert.deepEqual(timesOf((await read('date,v\n02/01/2026 03:04:05,1\n13/01/2026 00:00,1\n')).chunks), [
    at,
    Date.UTC(2026, 0, 13),
  ])
  assert.deepEqual(timesOf((await read('date,v\n2026/1/2 03:04:05,1\n')).chunks), [at])
})

test('a column that counts seconds needs --start, and the error says so', async () => {
  const text = 'RelT,v\n0,1\n0.5,2\n2,3\n'
  await assert.rejects(read(text), { message: /'RelT' seems to count from the beginning.*--start/ })
  assert.deepEqual(timesOf((await read(text, { start: at })).chunks), [at, at + 500, at + 2000])
})

test('cells that are no numbers become gaps and are counted; broken rows are skipped with their line', async () => {
  const text = 'time,v,w\n2026-01-01,1,1\n2026-01-02,err,2\n"2026-\n01-03",3,3\n2026-01-04,4,4,4\n\n2026-01-05,NA,5\n'
  const { report, chunks } = await read(text)
  assert.deepEqual(valuesOf(chunks), [1, Number.NaN, Number.NaN])
  assert.deepEqual(
    report.skipped.map((s) => s.line),
    [5, 6],
  )
  assert.match(report.skipped[1]!.reason, /4 cells where 3/)
  assert.match(report.notes.join(), /'err' in column 'v', line 3/)
})

test('an open quote, zero bytes and an empty file are errors that say so', async () => {
  await assert.rejects(read('time,v\n"2026-01-01,1\n2026-01-02,2\n'), { name: 'InputError', message: /quote/ })
  await assert.rejects(read(new Uint8Array([80, 75, 3, 4, 0, 0])), { name: 'InputError', message: /not a text file/ })
  await assert.rejects(read(''), { name: 'InputError', message: /empty/ })
  await assert.rejects(read('time,v\n'), { name: 'InputError' })
})

test('two columns of one name stay two channels', async () => {
  const { report } = await read('time,v,v,v (C)\n2026-01-01,1,2,3\n')
  assert.deepEqual(
    report.channels.map((c) => c.name),
    ['v', 'v_2', 'v_3'],
  )
})
