// Rows as JSON, NDJSON or CSV (RFC 4180), piece by piece as they come from the store: the memory of an export is that
// of a page, whatever its length. Values are written exactly; CSV fields are quoted where needed and never altered.

import type { Rows } from '#platform/operation.ts'
import type { RowFormat } from './accept.ts'

type Row = Record<string, unknown>

/** The body in pieces, one per page of rows. */
export async function* renderRows(result: Rows, format: RowFormat): AsyncGenerator<string> {
  if (format === 'json') yield* json(result)
  else if (format === 'ndjson') yield* ndjson(result)
  else yield* csv(result)
}

async function* json({ rows, cursor }: Rows): AsyncGenerator<string> {
  yield '{"rows":['
  let first = true
  for await (const page of rows) {
    if (page.length === 0) continue
    yield (first ? '' : ',') + page.map((row) => JSON.stringify(row)).join(',')
    first = false
  }
  const next = cursor?.()
  yield next === undefined ? ']}' : `],"cursor":${JSON.stringify(next)}}`
}

async function* ndjson({ rows }: Rows): AsyncGenerator<string> {
  for await (const page of rows) if (page.length > 0) yield `${page.map((row) => JSON.stringify(row)).join('\n')}\n`
}

async function* csv({ columns, rows }: Rows): AsyncGenerator<string> {
  let header = columns
  if (header) yield headerOf(header)
  for await (const page of rows) {
    if (page.length === 0) continue
    if (!header) {
      header = [...new Set(page.flatMap((row) => Object.keys(row)))]
      yield headerOf(header)
    }
    const paths = header.map(pathOf)
    yield page.map((row) => `${paths.map((path) => cell(path(row))).join(',')}\r\n`).join('')
  }
}

/** 'values.temperature' is headed 'temperature', unless a column of that name stands there already. */
function headerOf(columns: readonly string[]): string {
  const short = columns.map((column) => {
    const name = column.replace(/^values\./, '')
    return name !== column && columns.includes(name) ? column : name
  })
  return `${short.map(cell).join(',')}\r\n`
}

/** 'values.T (a.b)' is the field 'T (a.b)' of values; of 'values.T.value' the last part is a field of the channel. */
function pathOf(column: string): (row: Row) => unknown {
  if (!column.startsWith('values.')) return (row) => row[column]
  const name = column.slice('values.'.length)
  const dot = name.lastIndexOf('.')
  const [outer, inner] = [name.slice(0, dot), name.slice(dot + 1)]
  return (row) => {
    const values = (row['values'] ?? {}) as Row
    if (Object.hasOwn(values, name)) return values[name]
    return dot > 0 && Object.hasOwn(values, outer) ? (values[outer] as Row)[inner] : undefined
  }
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value)
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
