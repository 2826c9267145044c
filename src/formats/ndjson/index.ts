// NDJSON: one JSON object per line, flat ({"time": .., "temp": ..}) or with its measurements in `values`, as our own
// exports and doors write it. A line that is broken is skipped and named; memory does not grow with the file.

import { InputError, messageOf } from '#core/errors.ts'
import { assemble } from '../assemble.ts'
import { openText, type TextFile } from '../files.ts'
import { defineFormat, type ReadOptions } from '../format.ts'
import type { Row, Table } from '../understand.ts'

const sampleRows = 1000
const batchRows = 2000
const longestLine = 1_000_000
/** Columns that one file may have. */
const mostColumns = 10_000

export default defineFormat({
  name: 'ndjson',
  summary: 'One JSON object per line, flat or with its measurements in `values`',
  extensions: ['ndjson', 'jsonl', 'json', 'ndjson.gz', 'jsonl.gz'],
  mediaTypes: ['application/x-ndjson', 'application/jsonl'],
  read: async (path, options) => assemble(await tableOf(path, options), options),
})

async function tableOf(path: string, options: ReadOptions): Promise<Table> {
  const file = await openText(path, options.signal)
  if (/^\s*\[/.test(file.head))
    throw new InputError(
      `${path} is one JSON array; NDJSON has one object per line (\`jq -c '.[]' ${path}\` makes it so)`,
    )
  const columns = new Map<string, number>()
  const measurements = new Set<string>()
  let nested = false
  const objects: Record<string, unknown>[] = []
  let firstError: string | undefined
  for await (const { value, line, broken } of linesOf(file, path, options.signal)) {
    if (value === undefined) {
      firstError ??= `line ${line}: ${broken}`
      continue
    }
    for (const [key, inner] of Object.entries(value)) {
      if (isObject(inner)) {
        if (key !== 'values') continue
        nested = true
        for (const name of Object.keys(inner)) {
          measurements.add(name)
          add(columns, name, path)
        }
      } else add(columns, key, path)
    }
    objects.push(value)
    if (objects.length === sampleRows) break
  }
  if (objects.length === 0) {
    const lines = /^\s*\{\s*$/m.test(file.head) ? ' (a document over several lines? `jq -c .` writes it into one)' : ''
    throw new InputError(`${path} has no line that is a JSON object; ${firstError ?? 'it is empty'}${lines}`)
  }
  const cellsOf = (value: Record<string, unknown>) => {
    const cells: unknown[] = new Array(columns.size).fill(undefined)
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'values' && isObject(inner)) {
        for (const [name, cell] of Object.entries(inner)) place(cells, columns.get(name), cell)
      } else place(cells, columns.get(key), inner)
    }
    return cells
  }
  return {
    path,
    layout: nested ? 'ndjson with measurements in `values`' : 'ndjson',
    columns: [...columns.keys()],
    named: true,
    sample: objects.map(cellsOf),
    ...(nested ? { measurements } : {}),
    rows: rowsOf(file, path, cellsOf, options.signal),
    fraction: file.fraction,
  }
}

function add(columns: Map<string, number>, name: string, path: string): void {
  if (columns.has(name)) return
  if (columns.size >= mostColumns)
    throw new InputError(`${path} has more than ${mostColumns} different keys: rows should share theirs`)
  columns.set(name, columns.size)
}

const place = (cells: unknown[], index: number | undefined, cell: unknown) => {
  if (index !== undefined) cells[index] = cell
}
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

async function* rowsOf(
  file: TextFile,
  path: string,
  cellsOf: (value: Record<string, unknown>) => unknown[],
  signal?: AbortSignal,
): AsyncGenerator<Row[]> {
  let rows: Row[] = []
  for await (const { value, line, broken } of linesOf(file, path, signal)) {
    rows.push(value === undefined ? { cells: [], line, broken: broken! } : { cells: cellsOf(value), line })
    if (rows.length >= batchRows) {
      yield rows
      rows = []
    }
  }
  yield rows
}

type Line = { line: number; value?: Record<string, unknown>; broken?: string }

async function* linesOf(file: TextFile, path: string, signal?: AbortSignal): AsyncGenerator<Line> {
  let rest = ''
  let line = 0
  for await (const part of file.text()) {
    signal?.throwIfAborted()
    const texts = (rest + part).split('\n')
    rest = texts.pop()!
    if (rest.length > longestLine)
      throw new InputError(`${path}: line ${line + texts.length + 1} is longer than ${longestLine} characters`)
    for (const text of texts) {
      line++
      if (text.trim() !== '') yield parsed(text, line)
    }
  }
  if (rest.trim() !== '') yield parsed(rest, line + 1)
}

function parsed(text: string, line: number): Line {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? { line, value } : { line, broken: 'not a JSON object' }
  } catch (error) {
    return { line, broken: `not JSON: ${messageOf(error)}` }
  }
}
