// Understands a table of cells: which column is the time, which are channels, which may name devices, and why the
// others are left out. Looks at names and at a sample of values. All formats share it, so all behave alike.

import { InputError } from '#core/errors.ts'
import { unitOfChannel } from '#core/units.ts'
import type { ReadOptions } from './format.ts'
import { numberOf } from './numbers.ts'
import { isEpoch, knownTimes, type TimeKind, timeKindOf } from './times.ts'

/** A file as rows of cells, before anyone knows what they mean. */
export type Table = {
  readonly path: string
  readonly layout: string
  readonly columns: readonly string[]
  /** Whether the file names its columns; otherwise they are column_1, column_2, ... */
  readonly named: boolean
  /** Rows from the beginning of the file, at most 1,000. `rows` gives them again. */
  readonly sample: readonly (readonly unknown[])[]
  /** Columns that are measurements by the file's own word (`values` of NDJSON): only they become channels. */
  readonly measurements?: ReadonlySet<string>
  readonly decimalComma?: boolean
  readonly rows: AsyncIterable<readonly Row[]>
  /** How much of the file has been read, 0..1. */
  fraction(): number
}

export type Row = { readonly cells: readonly unknown[]; readonly line: number; readonly broken?: string }

export type ChannelColumn = {
  readonly index: number
  readonly name: string
  readonly column: string
  readonly unit: string
}

/** Where a row's time comes from: a column, a column of seconds since `start`, or the row's number. */
export type TimeSource =
  | { readonly from: 'column'; readonly index: number; readonly kind: TimeKind }
  | { readonly from: 'elapsed'; readonly index: number; readonly start: number; readonly unit_ms: number }
  | { readonly from: 'count'; readonly start: number; readonly step_ms: number }

export type Understanding = {
  readonly time: TimeSource
  readonly channels: readonly ChannelColumn[]
  readonly device: number | undefined
  readonly leftOut: { column: string; reason: string }[]
  readonly notes: string[]
}

const timeNames =
  /^(time|times|timestamp|time_?stamp|date|datetime|date_?time|ts|epoch|unix(_?time)?|recorded_?at|event_?time|received_?at|zeit|datum|zeitstempel|abst|utc|.*[_ ](time|timestamp|ts|date))(\s*[([].*[)\]])?$/i
const elapsedNames =
  /^(t|time|elapsed|relt|rel_?time|relative(_time)?|seconds|secs?|offset)(_s|_ms)?(\s*[([](s|sec|ms)[)\]])?$/i
const deviceNames =
  /^(device|sensor|mote|node|station|meter|machine|site|unit|asset|thing|probe|tag)s?([_ ]?(id|name|no|number))?$/i
const counterNames = /^(|index|idx|id|eid|no|nr|row|rowid|row_?number|reading|seq|sequence|unnamed: 0)$/i

/** Throws InputError that says what is missing and which flag gives it. */
export function understand(table: Table, options: ReadOptions): Understanding {
  const { columns } = table
  if (columns.length === 0) throw new InputError(`${table.path} is empty: there is no row in it`)
  const device = options.deviceColumn === undefined ? undefined : indexOf(table, options.deviceColumn, 'deviceColumn')
  const time = timeOf(table, options)
  const timeIndex = time.from === 'count' ? undefined : time.index
  const leftOut: { column: string; reason: string }[] = []
  const notes: string[] = []
  const wanted = options.channels?.map((name) => indexOf(table, name, 'channels'))
  const taken: number[] = []
  for (let index = 0; index < columns.length; index++) {
    if (index === timeIndex || index === device) continue
    const cells = table.sample.map((row) => row[index])
    const reason = wanted
      ? wanted.includes(index)
        ? undefined
        : 'not named in --channels'
      : refusal(table, index, cells, notes)
    if (reason === undefined) taken.push(index)
    else leftOut.push({ column: columns[index]!, reason })
  }
  if (taken.length === 0) {
    const why = leftOut.map(({ column, reason }) => `${column} (${reason})`).join(', ')
    throw new InputError(`${table.path} has no column of numbers to take as a channel${why ? `: ${why}` : ''}`)
  }
  if (!table.named && !options.columns) {
    notes.push(
      `the file has no header: columns are called ${columns[0]} .. ${columns.at(-1)}; --columns a,b,c gives them names`,
    )
  }
  return { time, channels: channelsOf(columns, taken), device, leftOut, notes }
}

function indexOf(table: Table, name: string, field: string): number {
  const exact = table.columns.indexOf(name)
  const index = exact >= 0 ? exact : table.columns.findIndex((column) => column.toLowerCase() === name.toLowerCase())
  // A channel may be named as it will be called: 'temp' of 'temp (C)'.
  const called = index >= 0 ? index : table.columns.findIndex((column) => nameOf(column).name === name)
  if (called >= 0) return called
  const message = `${table.path} has no column '${name}'; it has ${table.columns.join(', ')}`
  throw new InputError(message, [{ field, message }])
}

function timeOf(table: Table, options: ReadOptions): TimeSource {
  const { columns, sample } = table
  const cells = (index: number) => sample.map((row) => row[index])
  if (options.timeColumn !== undefined) {
    const index = indexOf(table, options.timeColumn, 'timeColumn')
    const kind = timeKindOf(cells(index))
    if (kind) return { from: 'column', index, kind }
    if (options.start !== undefined && isElapsed(cells(index)))
      return { from: 'elapsed', index, start: options.start, unit_ms: elapsedUnit(columns[index]!) }
    const seen = cells(index).find((cell) => cell !== '' && cell !== null && cell !== undefined)
    const message = isElapsed(cells(index))
      ? `column '${columns[index]}' counts from ${seen}: say with --start at which instant it began`
      : `column '${columns[index]}' of ${table.path} does not hold times ('${seen}'); they may be ${knownTimes}`
    throw new InputError(message, [{ field: 'timeColumn', message }])
  }
  if (options.start !== undefined && options.step_ms !== undefined)
    return { from: 'count', start: options.start, step_ms: options.step_ms }
  const found = columns
    .map((column, index) => ({ index, kind: timeKindOf(cells(index)), byName: timeNames.test(column) }))
    .filter(({ kind, byName, index }) => kind && (byName || !isEpoch(kind) || mostlyIncreases(cells(index))))
    // A name beats none, text beats numbers, and the first column beats the later ones.
    .sort(
      (a, b) =>
        Number(b.byName) - Number(a.byName) || Number(isEpoch(a.kind!)) - Number(isEpoch(b.kind!)) || a.index - b.index,
    )[0]
  if (found) return { from: 'column', index: found.index, kind: found.kind! }
  const elapsed = columns.findIndex((column, index) => elapsedNames.test(column) && isElapsed(cells(index)))
  if (elapsed >= 0 && options.start !== undefined)
    return { from: 'elapsed', index: elapsed, start: options.start, unit_ms: elapsedUnit(columns[elapsed]!) }
  const hint =
    elapsed >= 0
      ? `column '${columns[elapsed]}' seems to count from the beginning: say with --start when that was (--start 2026-01-01)`
      : 'say with --start and --step when the first row was and how far apart they are (--start 2026-01-01 --step 10m), or name the column with --time-column'
  const message = `${table.path} has no column of times among ${columns.join(', ')}: ${hint}`
  throw new InputError(message, [{ field: 'timeColumn', message }])
}

/** Why this column is not a channel; undefined when it is one. */
function refusal(table: Table, index: number, cells: readonly unknown[], notes: string[]): string | undefined {
  const column = table.columns[index]!
  if (table.measurements && !table.measurements.has(column)) {
    if (deviceNames.test(column)) noteDevice(column, cells, notes)
    return 'not among the values'
  }
  const filled = cells.filter((cell) => cell !== '' && cell !== null && cell !== undefined)
  if (filled.length === 0) return cells.length === 0 ? undefined : `empty in the first ${cells.length} rows`
  if (deviceNames.test(column) && noteDevice(column, filled, notes)) return 'seems to name devices'
  const numbers = filled.map((cell) => numberOf(cell, table.decimalComma))
  const good = numbers.filter((value) => value !== undefined)
  if (good.length * 2 <= filled.length) {
    const times = timeKindOf(cells)
    return times && !isEpoch(times) ? 'another column of times' : `text ('${String(filled[0]).slice(0, 24)}')`
  }
  const kind = timeKindOf(cells)
  if (kind && isEpoch(kind) && timeNames.test(column)) return 'another column of times'
  if ((!table.named || counterNames.test(column)) && counts(good.map((value) => value!))) return 'counts the rows'
  return undefined
}

function noteDevice(column: string, cells: readonly unknown[], notes: string[]): boolean {
  const distinct = new Set(cells.map(String)).size
  if (distinct > Math.max(64, cells.length / 10)) return false
  notes.push(
    `column '${column}' has ${distinct === 1 ? 'one value' : `${distinct} values`} in the first rows and seems to name devices: --device-column ${column} makes one device of each`,
  )
  return true
}

const mostlyIncreases = (cells: readonly unknown[]) => {
  const values = cells.map(Number)
  let up = 0
  for (let i = 1; i < values.length; i++) if (values[i]! >= values[i - 1]!) up++
  return values.length > 1 && up >= 0.9 * (values.length - 1) && values.at(-1)! > values[0]!
}

const isElapsed = (cells: readonly unknown[]) => {
  const values = cells.map((cell) => numberOf(cell, false))
  return values.every((value) => value !== undefined && value >= 0) && (values.length === 1 || mostlyIncreases(cells))
}

const elapsedUnit = (column: string) => (/ms\b|_ms/i.test(column) ? 1 : 1000)

/** Whole numbers that go up by one nearly everywhere. */
function counts(values: readonly number[]): boolean {
  let steps = 0
  for (let i = 1; i < values.length; i++) if (values[i]! - values[i - 1]! === 1) steps++
  return values.length >= 3 && steps >= 0.99 * (values.length - 1)
}

/** 'temp (C)' and 'temp [degC]' are channel 'temp' in 'Cel'. */
export function nameOf(column: string): { name: string; unit: string } {
  const match = /^(.*\S)\s*[([]([^()[\]]{1,16})[)\]]$/.exec(column.trim())
  const clean = (text: string) =>
    text
      .normalize('NFC')
      .trim()
      .replace(/[^\p{L}\p{N}_.:-]+/gu, '_')
      .replace(/^[_.:-]+|[_:-]+$/g, '')
  const name = clean(match ? match[1]! : column).slice(0, 64) || 'value'
  return { name, unit: match ? unitOf(match[2]!.trim()) : unitOfChannel(name) }
}

const spellings: Record<string, string> = {
  c: 'Cel',
  '°c': 'Cel',
  degc: 'Cel',
  deg_c: 'Cel',
  celsius: 'Cel',
  '℃': 'Cel',
  f: '[degF]',
  '°f': '[degF]',
  degf: '[degF]',
  percent: '%',
  '%rh': '%',
  rh: '%',
  kwh: 'kW.h',
  wh: 'W.h',
  ppm: '[ppm]',
  lux: 'lx',
  mbar: 'mbar',
  hpa: 'hPa',
  pa: 'Pa',
  kpa: 'kPa',
}
const unitOf = (text: string) => spellings[text.toLowerCase()] ?? text

function channelsOf(columns: readonly string[], taken: readonly number[]): ChannelColumn[] {
  const used = new Set<string>()
  return taken.map((index) => {
    const { name, unit } = nameOf(columns[index]!)
    let unique = name
    for (let n = 2; used.has(unique); n++) unique = `${name}_${n}`
    used.add(unique)
    return { index, name: unique, column: columns[index]!, unit }
  })
}
