// Turns a table of cells into chunks of columns, with the report of what was taken and what was skipped.
// At most 10,000 rows wait, however many devices share the file.

import { InputError } from '#core/errors.ts'
import type { Chunk, ReadOptions, ReadReport, Source } from './format.ts'
import { numberOf } from './numbers.ts'
import { type Row, type Table, type TimeSource, type Understanding, understand } from './understand.ts'

const chunkRows = 10_000
const namedSkips = 100
const mostDevices = 100_000

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Report = Omit<Mutable<ReadReport>, 'skipped' | 'notes'> & {
  skipped: { line: number; reason: string }[]
  notes: string[]
}
type Pending = { times: number[]; values: number[] }

/** Throws InputError when the table cannot be understood; rows that cannot be read are skipped and reported. */
export function assemble(table: Table, options: ReadOptions): Source {
  const meaning = understand(table, options)
  const report = reportOf(table, meaning)
  return { report, chunks: chunksOf(table, meaning, report, options.signal), fraction: () => table.fraction() }
}

function reportOf(table: Table, { time, channels, device, leftOut, notes }: Understanding): Report {
  return {
    layout: table.layout,
    timeColumn: time.from === 'count' ? '' : table.columns[time.index]!,
    timeKind:
      time.from === 'column' ? time.kind.name : time.from === 'elapsed' ? 'counted from --start' : 'counted by --step',
    ...(device === undefined ? {} : { deviceColumn: table.columns[device]! }),
    channels: channels.map(({ name, column, unit }) => ({ name, column, unit })),
    leftOut,
    notes,
    rows: 0,
    from: Number.NaN,
    to: Number.NaN,
    skipped: [],
    skippedCount: 0,
  }
}

async function* chunksOf(
  table: Table,
  meaning: Understanding,
  report: Report,
  signal?: AbortSignal,
): AsyncGenerator<Chunk> {
  const { channels, device } = meaning
  const timeAt = timeReader(table, meaning.time)
  const pending = new Map<string, Pending>()
  const bad = new Map<string, { count: number; line: number; cell: string }>()
  const row = new Float64Array(channels.length)
  let waiting = 0
  const skip = (line: number, reason: string) => {
    report.skippedCount++
    if (report.skipped.length < namedSkips) report.skipped.push({ line, reason })
  }
  const flush = function* (): Generator<Chunk> {
    for (const [name, { times, values }] of pending) yield chunkOf(name, times, values, meaning)
    pending.clear()
    waiting = 0
  }
  for await (const rows of table.rows) {
    signal?.throwIfAborted()
    for (const { cells, line, broken } of rows) {
      if (broken !== undefined) {
        skip(line, broken)
        continue
      }
      const name = device === undefined ? '' : String(cells[device] ?? '').trim()
      if (device !== undefined && name === '') {
        skip(line, `no device in column '${table.columns[device]}'`)
        continue
      }
      const time = timeAt(cells, name)
      if (typeof time === 'string') {
        skip(line, time)
        continue
      }
      let filled = 0
      for (let i = 0; i < channels.length; i++) {
        const cell = cells[channels[i]!.index]
        const value = numberOf(cell, table.decimalComma)
        if (value === undefined) noteBad(bad, channels[i]!.column, line, cell)
        else if (!Number.isNaN(value)) filled++
        row[i] = value ?? Number.NaN
      }
      if (filled === 0) {
        skip(line, 'no number in any channel')
        continue
      }
      let entry = pending.get(name)
      if (!entry) {
        entry = { times: [], values: [] }
        pending.set(name, entry)
      }
      entry.times.push(time)
      for (let i = 0; i < row.length; i++) entry.values.push(row[i]!)
      report.rows++
      report.from = Number.isNaN(report.from) ? time : Math.min(report.from, time)
      report.to = Number.isNaN(report.to) ? time : Math.max(report.to, time)
      if (++waiting === chunkRows) yield* flush()
    }
  }
  for (const [column, { count, line, cell }] of bad) {
    report.notes.push(
      count === 1
        ? `'${cell}' in column '${column}', line ${line}, is not a number and became a gap`
        : `${count} cells of column '${column}' are not numbers and became gaps (the first: '${cell}', line ${line})`,
    )
  }
  yield* flush()
}

function noteBad(
  bad: Map<string, { count: number; line: number; cell: string }>,
  column: string,
  line: number,
  cell: unknown,
) {
  const entry = bad.get(column)
  if (entry) entry.count++
  else bad.set(column, { count: 1, line, cell: String(cell).slice(0, 40) })
}

/** The time of a row, or the reason why it has none. */
function timeReader(table: Table, time: TimeSource): (cells: Row['cells'], device: string) => number | string {
  if (time.from === 'count') {
    const next = new Map<string, number>()
    return (_cells, device) => {
      const count = next.get(device) ?? 0
      if (count === 0 && next.size >= mostDevices)
        throw new InputError(`${table.path} names more than ${mostDevices} devices`)
      next.set(device, count + 1)
      return time.start + count * time.step_ms
    }
  }
  const column = table.columns[time.index]!
  if (time.from === 'elapsed') {
    return (cells) => {
      const value = numberOf(cells[time.index], table.decimalComma)
      return value === undefined || Number.isNaN(value)
        ? `'${cells[time.index]}' in column '${column}' is not a number of ${time.unit_ms === 1 ? 'milliseconds' : 'seconds'}`
        : Math.round(time.start + value * time.unit_ms)
    }
  }
  return (cells) =>
    time.kind.read(cells[time.index]) ??
    `'${String(cells[time.index] ?? '').slice(0, 40)}' in column '${column}' is not a time (${time.kind.name})`
}

function chunkOf(
  device: string,
  times: number[],
  values: number[],
  { channels, device: column }: Understanding,
): Chunk {
  const width = channels.length
  const columns = channels.map(({ name, unit }, i) => ({
    name,
    unit,
    values: Float64Array.from({ length: times.length }, (_, row) => values[row * width + i]!),
  }))
  const frame = { times: Float64Array.from(times), channels: columns }
  return column === undefined ? { frame } : { device, frame }
}
