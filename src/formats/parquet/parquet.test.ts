import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type ColumnSource, parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer'
import { formatContract, take } from '../contract.ts'
import type { ReadOptions } from '../format.ts'
import parquet from './index.ts'

const typeOf = (cells: readonly unknown[]) => {
  const first = cells.find((cell) => cell !== null)
  return first instanceof Date
    ? ('TIMESTAMP' as const)
    : typeof first === 'number'
      ? ('DOUBLE' as const)
      : ('STRING' as const)
}

formatContract(parquet, {
  make: (path, columns) => {
    const columnData: ColumnSource[] = Object.entries(columns).map(([name, data]) => ({
      name,
      data: [...data],
      type: typeOf(data),
    }))
    return writeFile(path, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 7000 })))
  },
})

async function read(content: Uint8Array, options: ReadOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-parquet-'))
  try {
    await writeFile(join(folder, 'x.parquet'), content)
    return await take(parquet, join(folder, 'x.parquet'), options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const at = Date.UTC(2026, 0, 2, 3, 4, 5)

for (const [unit, factor] of [
  ['MILLIS', 1n],
  ['MICROS', 1000n],
  ['NANOS', 1_000_000n],
] as const) {
  test(`timestamps in ${unit.toLowerCase()}, and integers of 64 bits`, async () => {
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 2 },
      {
        name: 'when',
        type: 'INT64',
        repetition_type: 'REQUIRED',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit },
      },
      { name: 'count', type: 'INT64', repetition_type: 'REQUIRED' },
    ]
    const columnData = [
      { name: 'when', data: [BigInt(at) * factor, BigInt(at + 5) * factor] },
      { name: 'count', data: [3n, 9n] },
    ]
    const { chunks, report } = await read(Buffer.from(parquetWriteBuffer({ columnData, schema })))
    assert.equal(report.timeColumn, 'when')
    assert.deepEqual([...chunks[0]!.frame.times], [at, at + 5])
    assert.deepEqual([...chunks[0]!.frame.channels[0]!.values], [3, 9])
  })
}

test('dates without a time of day', async () => {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: 2 },
    { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
    { name: 'v', type: 'FLOAT', repetition_type: 'REQUIRED' },
  ]
  const day = Date.UTC(2026, 0, 2)
  const columnData = [
    { name: 'day', data: [new Date(day)] },
    { name: 'v', data: [0.5] },
  ]
  const { chunks } = await read(Buffer.from(parquetWriteBuffer({ columnData, schema })))
  assert.deepEqual([...chunks[0]!.frame.times], [day])
})

test('files that are not Parquet, or only half of one, are refused', async () => {
  await assert.rejects(read(Buffer.from('time,v\n')), { name: 'InputError', message: /not a Parquet file/ })
  await assert.rejects(read(Buffer.from('PAR1 and then nothing')), { name: 'InputError', message: /damaged/ })
})
