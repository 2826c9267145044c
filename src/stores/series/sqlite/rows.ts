// Reading rows of the table as they are needed: which columns hold a channel depends on the row's layout.

import type { Connection } from '#databases/sqlite/index.ts'

/** Names and layouts of a file. A reading thread reads them again when it meets a key that it does not know. */
export type Names = {
  /** Channel names of a layout, in the order of v0, v1, ... */
  layout(key: number): readonly string[]
  /** Their channel_keys. */
  layoutKeys(key: number): readonly number[]
  channel(key: number): string
  /** Columns that a query for these channels needs: the widest of all when none are named. */
  columnsFor(channels: readonly string[] | undefined): readonly number[]
}

export function namesOf(connection: Connection): Names {
  const names = connection.state('names', () => openNames(connection))
  names.refresh()
  return names
}

function openNames({ statement }: Connection): Names & { refresh(): void } {
  const channels = new Map<number, string>()
  const layouts = new Map<number, readonly string[]>()
  const layoutKeys = new Map<number, readonly number[]>()
  let lastChannel = 0
  let lastLayout = 0
  function refresh(): void {
    for (const row of statement('select channel_key, channel from channel where channel_key > ?').all(lastChannel)) {
      lastChannel = row['channel_key'] as number
      channels.set(lastChannel, row['channel'] as string)
    }
    const found = statement('select layout_key, channels from layout where layout_key > ?').all(lastLayout)
    for (const row of found) {
      lastLayout = row['layout_key'] as number
      const keys = JSON.parse(row['channels'] as string) as number[]
      layoutKeys.set(lastLayout, keys)
      layouts.set(
        lastLayout,
        keys.map((key) => channels.get(key)!),
      )
    }
  }
  return {
    refresh,
    layout(key) {
      if (!layouts.has(key)) refresh()
      return layouts.get(key)!
    },
    layoutKeys(key) {
      if (!layoutKeys.has(key)) refresh()
      return layoutKeys.get(key)!
    },
    channel(key) {
      if (!channels.has(key)) refresh()
      return channels.get(key)!
    },
    columnsFor(wanted) {
      const columns = new Set<number>()
      for (const layout of layouts.values()) {
        layout.forEach((name, column) => {
          if (!wanted || wanted.includes(name)) columns.add(column)
        })
      }
      return [...columns].sort((a, b) => a - b)
    },
  }
}

export function deviceKeyOf({ statement }: Connection, device: string): number | undefined {
  const row = statement('select device_key from device where device = ?').get(device)
  return row?.['device_key'] as number | undefined
}

/** A place in a device's rows: a time, and the key of an id at that time. */
export type Place = readonly [recordedAt: number, idKey: Uint8Array]

/** Before and after every id of that time. */
export const beforeAll = (recordedAt: number): Place => [recordedAt, new Uint8Array(0)]
export const afterAll = (recordedAt: number): Place => [recordedAt, new Uint8Array(17).fill(255)]

/** Rows that one step of a scan takes at a time: few enough to stay in the processor's cache. */
const rowsPerStep = 5_000

export type Scan = {
  readonly deviceKey: number
  /** Both exclusive. */
  readonly lower: Place
  readonly upper: Place
  readonly order: 'ascending' | 'descending'
  readonly columns: readonly number[]
  /** Rows of the first step; the following ones take more. */
  readonly step?: number
  /** Only rows with a label, found by the table of texts. */
  readonly labelled?: boolean
}

/**
 * A device's rows between two places, in steps. A row is an array: recorded_at, layout_key, the columns asked for, then
 * received_at and id_key. Ends early when the caller gave up.
 */
export function* scan(connection: Connection, query: Scan): Generator<readonly Row[]> {
  const { deviceKey, order, columns } = query
  const list = columns.map((column) => `v${column}, `).join('')
  const direction = order === 'ascending' ? '' : 'desc'
  // The few rows with a text lead to their readings; a cross join keeps SQLite from going the other way.
  const [tables, place, labelled] = query.labelled
    ? [
        'reading_text t cross join reading r using (device_key, recorded_at, id_key)',
        't.recorded_at, t.id_key',
        'and label is not null',
      ]
    : ['reading t', 'recorded_at, id_key', '']
  const statement = connection.statement(
    `select t.recorded_at, layout_key, ${list} received_at, t.id_key from ${tables}
     where t.device_key = ? and (${place}) > (?, ?) and (${place}) < (?, ?) ${labelled}
     order by t.recorded_at ${direction}, t.id_key ${direction} limit ?`,
    'arrays',
  )
  let { lower, upper, step = rowsPerStep } = query
  for (;;) {
    const rows = statement.all(deviceKey, ...lower, ...upper, step) as unknown as Row[]
    if (rows.length > 0) yield rows
    if (rows.length < step || connection.cancelled()) return
    const last = rows.at(-1)!
    const place: Place = [last[0] as number, last.at(-1) as Uint8Array]
    if (order === 'ascending') lower = place
    else upper = place
    step = Math.min(rowsPerStep, step * 4)
  }
}

export type Row = readonly (number | Uint8Array | null)[]

/**
 * A device's values in [from, to), by time, in steps, for work over many: rows of recorded_at, layout_key, the columns
 * asked for and received_at. An id per row would cost more than all the rest. Rows of one instant come in one step, as they
 * were received, then in the order of their ids (when the newest come first: in the reverse order of their ids).
 */
export function* scanValues(
  connection: Connection,
  deviceKey: number,
  { from, to }: { readonly from: number; readonly to: number },
  columns: readonly number[],
  order: 'ascending' | 'descending' = 'ascending',
): Generator<readonly (readonly number[])[]> {
  const list = columns.map((column) => `v${column}, `).join('')
  const direction = order === 'ascending' ? '' : 'desc'
  const statement = connection.statement(
    `select recorded_at, layout_key, ${list} received_at from reading where device_key = ? and recorded_at >= ?
     and recorded_at ${order === 'ascending' ? '<' : '<='} ? order by recorded_at ${direction}, id_key ${direction} limit ?`,
    'arrays',
  )
  let [first, last] = [from, order === 'ascending' ? to : before(to)]
  let step = rowsPerStep
  for (;;) {
    const rows = statement.all(deviceKey, first, last, step) as unknown as number[][]
    if (rows.length < step || connection.cancelled()) {
      if (rows.length > 0) yield order === 'ascending' ? asReceived(rows) : rows
      return
    }
    // Rows of the last instant may go on in the next step: all of them are taken there.
    const end = rows.at(-1)![0]!
    let whole = rows.length
    while (whole > 0 && rows[whole - 1]![0] === end) whole--
    if (whole === 0) step *= 4
    else {
      const taken = rows.slice(0, whole)
      yield order === 'ascending' ? asReceived(taken) : taken
      if (order === 'ascending') first = end
      else last = end
      step = rowsPerStep
    }
  }
}

/** Puts rows of one instant in the order in which they were received: the table has them in the order of their ids. */
function asReceived(rows: number[][]): number[][] {
  for (let start = 0, end = 1; start < rows.length; start = end++) {
    const time = rows[start]![0]
    while (end < rows.length && rows[end]![0] === time) end++
    if (end - start === 1) continue
    const run = rows.slice(start, end).sort((a, b) => a.at(-1)! - b.at(-1)!)
    for (let i = 0; i < run.length; i++) rows[start + i] = run[i]!
  }
  return rows
}

/** The largest float64 before a time. */
function before(time: number): number {
  if (!(time > 0 && time < Number.POSITIVE_INFINITY)) return time
  const bits = new BigInt64Array(new Float64Array([time]).buffer)
  bits[0]! -= 1n
  return new Float64Array(bits.buffer)[0]!
}
