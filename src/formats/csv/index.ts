// CSV (RFC 4180 and what people call CSV): delimiter, decimal comma, header, times and channels are found by looking.
// Read as a stream by csv-parse; memory does not grow with the file.

import { type CsvError, type Info, type Options, parse } from 'csv-parse'
import { InputError } from '#core/errors.ts'
import { assemble } from '../assemble.ts'
import { openText, type TextFile } from '../files.ts'
import { defineFormat, type ReadOptions } from '../format.ts'
import type { Row, Table } from '../understand.ts'
import { type Dialect, dialectOf, isHeader } from './sniff.ts'

const sampleRows = 1000
const batchRows = 2000
/** A cell or row longer than this is an unclosed quote, not data. */
const longestRow = 1_000_000

export default defineFormat({
  name: 'csv',
  summary: 'Text with one row per line and delimited columns; its dialect is found by looking',
  extensions: ['csv', 'tsv', 'txt', 'csv.gz', 'tsv.gz'],
  mediaTypes: ['text/csv', 'text/tab-separated-values'],
  read: async (path, options) => assemble(await tableOf(path, options), options),
})

async function tableOf(path: string, options: ReadOptions): Promise<Table> {
  const file = await openText(path, options.signal)
  const dialect = dialectOf(file.head)
  const sample = await sampleOf(path, file, dialect)
  const first = sample[0]
  if (!first) throw new InputError(`${path} is empty: there is no row in it`)
  const named = isHeader(first)
  const width = named ? first.length : Math.max(...sample.map((row) => row.length))
  if (options.columns && options.columns.length !== width) {
    const message = `--columns gives ${options.columns.length} names, but the rows of ${path} have ${width} cells (${first.join(', ').slice(0, 80)})`
    throw new InputError(message, [{ field: 'columns', message }])
  }
  const columns =
    options.columns ?? (named ? distinct(first) : Array.from({ length: width }, (_, i) => `column_${i + 1}`))
  return {
    path,
    layout: layoutOf(dialect, named),
    columns,
    named,
    sample: sample.slice(named ? 1 : 0),
    decimalComma: dialect.decimalComma,
    rows: rowsOf(path, file, dialect, named, width),
    fraction: file.fraction,
  }
}

/** Header cells as names: the empty one gets its number, a repeated one a suffix. */
function distinct(header: readonly string[]): string[] {
  const used = new Set<string>()
  return header.map((cell, i) => {
    const base = cell.trim() || `column_${i + 1}`
    let name = base
    for (let n = 2; used.has(name); n++) name = `${base}_${n}`
    used.add(name)
    return name
  })
}

const names: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' }
const layoutOf = ({ delimiter, decimalComma }: Dialect, named: boolean) =>
  `csv with ${names[delimiter]}${decimalComma ? ', decimal comma' : ''}, ${named ? 'header' : 'no header'}`

const optionsOf = ({ delimiter, comment }: Dialect): Options => ({
  delimiter,
  trim: true,
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  max_record_size: longestRow,
  info: true,
  ...(comment ? { comment: '#', comment_no_infix: true } : {}),
})

type Parsed = { record: string[]; info: Info }

/** Parses text and hands over groups of records, with the back pressure of the caller. */
async function* recordsOf(path: string, text: AsyncIterable<string>, dialect: Dialect): AsyncGenerator<Parsed[]> {
  const found: Parsed[] = []
  const parser = parse(optionsOf(dialect))
  let failure: Error | undefined
  parser.on('readable', () => {
    for (let record = parser.read(); record !== null; record = parser.read()) found.push(record as Parsed)
  })
  parser.on('error', (error) => {
    failure = error
  })
  const check = () => {
    if (failure) throw readable(path, failure)
  }
  try {
    for await (const part of text) {
      await new Promise<void>((resolve) => parser.write(part, () => resolve()))
      check()
      if (found.length >= batchRows) yield found.splice(0)
    }
    const ended = new Promise<void>((resolve) => parser.once('end', resolve).once('error', () => resolve()))
    parser.end()
    await ended
    check()
    if (found.length > 0) yield found.splice(0)
  } finally {
    parser.destroy()
  }
}

function readable(path: string, error: Error): Error {
  const { code, lines } = error as CsvError & { lines?: number }
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE')
    return new InputError(`${path}: a quote (") is opened and never closed, noticed in line ${lines}`, [
      { field: `line ${lines}`, message: 'close the quote, or double it where it is part of the text' },
    ])
  return typeof code === 'string' && code.startsWith('CSV_') ? new InputError(`${path}: ${error.message}`) : error
}

async function sampleOf(path: string, file: TextFile, dialect: Dialect): Promise<string[][]> {
  // A head that was cut off ends within a row, perhaps within a quote: only its whole lines are looked at.
  const whole = file.complete ? file.head : file.head.slice(0, file.head.lastIndexOf('\n') + 1)
  const rows: string[][] = []
  try {
    for await (const batch of recordsOf(path, once(whole), dialect)) {
      for (const { record } of batch) if (rows.push(record) > sampleRows) return rows
    }
  } catch (error) {
    if (file.complete || rows.length === 0) throw error
  }
  return rows
}

async function* once(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += 16_384) yield text.slice(at, at + 16_384)
}

async function* rowsOf(
  path: string,
  file: TextFile,
  dialect: Dialect,
  named: boolean,
  width: number,
): AsyncGenerator<Row[]> {
  let header = named
  for await (const batch of recordsOf(path, file.text(), dialect)) {
    const rows: Row[] = []
    for (const { record, info } of batch) {
      if (header) {
        header = false
        continue
      }
      const line = info.lines
      // A trailing delimiter gives one empty cell more: harmless.
      const extra = record.length > width && record.slice(width).some((cell) => cell !== '')
      rows.push(
        extra
          ? { cells: record, line, broken: `${record.length} cells where ${width} were expected` }
          : { cells: record, line },
      )
    }
    yield rows
  }
}
