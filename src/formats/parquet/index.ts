// Parquet, by hyparquet: timestamps of every logical type, integers, floats and decimals; text and nested columns are
// left out. Read one row group at a time, so memory is bounded by the largest row group of the wanted columns.

import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { InputError, messageOf } from '#core/errors.ts'
import { assemble } from '../assemble.ts'
import { firstBytes } from '../files.ts'
import { defineFormat, type ReadOptions } from '../format.ts'
import type { Row, Table } from '../understand.ts'

const sampleRows = 1000
const batchRows = 2000
/** Cells of one row group; more would not fit in memory beside everything else. */
const mostCells = 128 * 1024 * 1024

export default defineFormat({
  name: 'parquet',
  summary: 'Apache Parquet files, with any of its compressions',
  extensions: ['parquet', 'pq'],
  mediaTypes: ['application/vnd.apache.parquet'],
  read: async (path, options) => assemble(await tableOf(path, options), options),
})

/** Instants to the millisecond, as the product keeps them. */
const parsers = {
  timestampFromMilliseconds: (value: bigint) => new Date(Number(value)),
  timestampFromMicroseconds: (value: bigint) => new Date(Math.round(Number(value) / 1e3)),
  timestampFromNanoseconds: (value: bigint) => new Date(Math.round(Number(value / 1000n) / 1e3)),
}

async function tableOf(path: string, options: ReadOptions): Promise<Table> {
  const magic = new TextDecoder().decode(await firstBytes(path, 4))
  if (magic === 'PARE') throw new InputError(`${path} is an encrypted Parquet file: decrypt it first`)
  if (magic !== 'PAR1') throw new InputError(`${path} is not a Parquet file: it does not begin with PAR1`)
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw new InputError(`${path} is a damaged Parquet file: ${messageOf(error)}`)
  })
  // A leaf at the top that is not repeated is a column; lists, maps and structures are not series.
  const fields = parquetSchema(metadata).children.filter(
    (child) => child.children.length === 0 && child.element.repetition_type !== 'REPEATED',
  )
  const fileColumns = fields.map((child) => child.element.name)
  if (fileColumns.length === 0) throw new InputError(`${path} has only nested columns: flatten it first`)
  if (metadata.num_rows === 0n) throw new InputError(`${path} is empty: there is no row in it`)
  if (options.columns && options.columns.length !== fileColumns.length) {
    const message = `--columns gives ${options.columns.length} names, but ${path} has ${fileColumns.length} columns (${fileColumns.join(', ')})`
    throw new InputError(message, [{ field: 'columns', message }])
  }
  const read = (rowStart: number, rowEnd: number): Promise<unknown[][]> =>
    new Promise((resolve, reject) => {
      parquetRead({
        file,
        metadata,
        columns: fileColumns,
        rowStart,
        rowEnd,
        compressors,
        parsers,
        onComplete: resolve,
      }).catch((error: unknown) =>
        reject(
          new InputError(`${path} is a damaged Parquet file, rows ${rowStart + 1} to ${rowEnd}: ${messageOf(error)}`),
        ),
      )
    })
  checkGroups(path, metadata, fileColumns.length)
  const groups = metadata.row_groups.map((group) => Number(group.num_rows))
  const first = await read(0, groups[0]!)
  let done = 0
  return {
    path,
    layout: `parquet, ${groups.length} row group${groups.length === 1 ? '' : 's'}`,
    columns: options.columns ?? fileColumns,
    named: true,
    sample: first.slice(0, sampleRows),
    rows: rowsOf(groups, first, read, (rows) => (done = rows), options.signal),
    fraction: () => done / Number(metadata.num_rows),
  }
}

function checkGroups(path: string, metadata: FileMetaData, columns: number): void {
  for (const [i, group] of metadata.row_groups.entries()) {
    if (Number(group.num_rows) * columns > mostCells)
      throw new InputError(
        `row group ${i + 1} of ${path} has ${group.num_rows} rows of ${columns} columns; write it with smaller row groups`,
      )
  }
}

async function* rowsOf(
  groups: readonly number[],
  first: unknown[][],
  read: (from: number, to: number) => Promise<unknown[][]>,
  reached: (rows: number) => void,
  signal?: AbortSignal,
): AsyncGenerator<Row[]> {
  let start = 0
  let ready: unknown[][] | undefined = first
  for (const size of groups) {
    signal?.throwIfAborted()
    const rows = ready ?? (await read(start, start + size))
    ready = undefined
    for (let at = 0; at < rows.length; at += batchRows) {
      reached(start + at)
      yield rows.slice(at, at + batchRows).map((cells, i) => ({ cells, line: start + at + i + 1 }))
    }
    start += size
  }
}
