// Reading pages, frames, newest values and extents. Everything leaves the thread as columns whose buffers move.

import type { ReadingBatch } from '#core/reading.ts'
import { unitOfChannel } from '#core/units.ts'
import type { Connection } from '#databases/sqlite/index.ts'
import { newestOf, wordsPerChannel } from '#databases/sqlite/newest.ts'
import { keyOfId } from '../batch.ts'
import type { Latest, Range, ReadingsQuery } from '../store.ts'
import { afterAll, beforeAll, deviceKeyOf, namesOf, type Place, type Row, scan, scanValues } from './rows.ts'

/** A page of readings as columns, without what only a writer needs. */
export type Page = Omit<ReadingBatch, 'payloadHashes'>

type Cursor = {
  readonly name: string
  readonly key: number
  rows: readonly Row[]
  at: number
  steps: Iterator<readonly Row[]>
}

export function readings(connection: Connection, query: ReadingsQuery): Page {
  const names = namesOf(connection)
  const { channels, order, limit, labelled = false } = query
  const columns = names.columnsFor(channels)
  const layoutNames = new Map<number, readonly { name: string; at: number }[]>()
  const layoutOf = (key: number) => {
    let layout = layoutNames.get(key)
    if (!layout) {
      layout = names.layout(key).flatMap((name, column) => {
        return channels && !channels.includes(name) ? [] : [{ name, at: 2 + columns.indexOf(column) }]
      })
      layoutNames.set(key, layout)
    }
    return layout
  }
  const devices = [...new Set(query.devices)].sort()
  const cursors: Cursor[] = []
  for (const name of devices) {
    const key = deviceKeyOf(connection, name)
    if (key === undefined) continue
    const step = Math.min(limit, Math.max(16, Math.ceil((2 * limit) / devices.length)))
    const steps = scan(connection, { deviceKey: key, ...placesFor(query, name), order, columns, step, labelled })
    const cursor: Cursor = { name, key, rows: [], at: 0, steps }
    if (advance(cursor)) cursors.push(cursor)
  }

  const sign = order === 'ascending' ? 1 : -1
  const chosen: { cursor: Cursor; row: Row }[] = []
  while (chosen.length < limit && cursors.length > 0) {
    let best = cursors[0]!
    for (const cursor of cursors) {
      const difference = ((cursor.rows[cursor.at]![0] as number) - (best.rows[best.at]![0] as number)) * sign
      // Cursors are in the order of names, so at equal times the first (or last) of them is next.
      if (difference < 0 || (difference === 0 && sign < 0)) best = cursor
    }
    const row = best.rows[best.at]!
    if (layoutOf(row[1] as number).length > 0) chosen.push({ cursor: best, row })
    best.at++
    if (best.at === best.rows.length && !advance(best)) cursors.splice(cursors.indexOf(best), 1)
  }
  return pageOf(connection, chosen, layoutOf)
}

function advance(cursor: Cursor): boolean {
  const { value, done } = cursor.steps.next()
  if (done) return false
  cursor.rows = value
  cursor.at = 0
  return true
}

/** Where a device's rows begin and end: the range, and what was read before. */
function placesFor({ from, to, order, after }: ReadingsQuery, device: string): { lower: Place; upper: Place } {
  let lower = beforeAll(from)
  let upper = beforeAll(to)
  if (after) {
    const key = new Uint8Array(16)
    keyOfId(after.id, key)
    const at = after.recordedAt
    const place: Place = device === after.device ? [at, key] : device < after.device ? afterAll(at) : beforeAll(at)
    if (order === 'ascending' && place[0] >= from) lower = place
    if (order === 'descending' && place[0] < to) upper = place
  }
  return { lower, upper }
}

function pageOf(
  connection: Connection,
  chosen: readonly { cursor: Cursor; row: Row }[],
  layoutOf: (key: number) => readonly { name: string; at: number }[],
): Page {
  const count = chosen.length
  const page = {
    count,
    devices: [] as string[],
    device: new Uint32Array(count),
    recordedAt: new Float64Array(count),
    receivedAt: new Float64Array(count),
    idKeys: new Uint8Array(count * 16),
    idTexts: new Map<number, string>(),
    layouts: [] as string[][],
    layout: new Uint32Array(count),
    values: new Float64Array(chosen.reduce((sum, { row }) => sum + layoutOf(row[1] as number).length, 0)),
    valueStart: new Uint32Array(count + 1),
    labels: new Map<number, string>(),
  }
  const deviceIndex = new Map<number, number>()
  const layoutIndex = new Map<number, number>()
  const text = connection.statement(
    'select id, label from reading_text where device_key = ? and recorded_at = ? and id_key = ?',
    'arrays',
  )
  const anyText = connection.statement('select exists (select 1 from reading_text) as found').get()?.['found'] === 1
  let used = 0
  chosen.forEach(({ cursor, row }, i) => {
    const id = row.at(-1) as Uint8Array
    const layoutKey = row[1] as number
    const layout = layoutOf(layoutKey)
    if (!deviceIndex.has(cursor.key)) deviceIndex.set(cursor.key, page.devices.push(cursor.name) - 1)
    if (!layoutIndex.has(layoutKey)) layoutIndex.set(layoutKey, page.layouts.push(layout.map((c) => c.name)) - 1)
    page.device[i] = deviceIndex.get(cursor.key)!
    page.layout[i] = layoutIndex.get(layoutKey)!
    page.recordedAt[i] = row[0] as number
    page.receivedAt[i] = row.at(-2) as number
    page.idKeys.set(id, i * 16)
    for (const { at } of layout) page.values[used++] = row[at] as number
    page.valueStart[i + 1] = used
    const found = anyText
      ? (text.get(cursor.key, row[0] as number, id) as unknown as [string | null, string | null] | undefined)
      : undefined
    if (found?.[0] != null) page.idTexts.set(i, found[0])
    if (found?.[1] != null) page.labels.set(i, found[1])
  })
  connection.transfer(page.device, page.recordedAt, page.receivedAt, page.idKeys, page.layout, page.values)
  connection.transfer(page.valueStart)
  return page
}

export type FrameArguments = Range & {
  readonly device: string
  readonly channels?: readonly string[]
  readonly limit: number
}
export type FrameColumns = {
  readonly times: Float64Array
  readonly channels: readonly { readonly name: string; readonly unit: string; readonly values: Float64Array }[]
}

export function frame(connection: Connection, { device, from, to, channels, limit }: FrameArguments): FrameColumns {
  const names = namesOf(connection)
  const deviceKey = deviceKeyOf(connection, device)
  const columns = names.columnsFor(channels)
  const order: string[] = []
  const values: Float64Array<ArrayBuffer>[] = []
  /** When the value of each channel at the newest time of the loop was received. */
  const received: number[] = []
  let times = new Float64Array(1024)
  let length = 0
  const indexOf = (name: string) => {
    if (!order.includes(name)) {
      order.push(name)
      values.push(new Float64Array(times.length).fill(Number.NaN))
      received.push(Number.NEGATIVE_INFINITY)
    }
    return order.indexOf(name)
  }
  for (const name of channels ?? []) indexOf(name)
  const layouts = new Map<number, { at: number; index: number }[]>()
  const steps = deviceKey === undefined ? [] : scanValues(connection, deviceKey, { from, to }, columns, 'descending')
  newestFirst: for (const rows of steps) {
    for (const row of rows) {
      let targets = layouts.get(row[1]!)
      if (!targets) {
        targets = names.layout(row[1]!).flatMap((name, column) => {
          return channels && !channels.includes(name) ? [] : [{ at: 2 + columns.indexOf(column), index: indexOf(name) }]
        })
        layouts.set(row[1]!, targets)
      }
      if (targets.length === 0) continue
      if (length === 0 || times[length - 1] !== row[0]) {
        if (length === limit) break newestFirst
        if (length === times.length) {
          times = grown(times, Number.NaN)
          for (let i = 0; i < values.length; i++) values[i] = grown(values[i]!, Number.NaN)
        }
        times[length++] = row[0]!
        received.fill(Number.NEGATIVE_INFINITY)
      }
      const receivedAt = row[row.length - 1]!
      for (const { at, index } of targets) {
        if (receivedAt < received[index]!) continue
        received[index] = receivedAt
        values[index]![length - 1] = row[at]!
      }
    }
  }
  const row = connection.statement('select units from device where device = ?').get(device)
  const units = JSON.parse((row?.['units'] as string | null) ?? '{}') as Record<string, string>
  const result = {
    times: times.slice(0, length).reverse(),
    channels: (channels ? order : order.toSorted()).map((name) => ({
      name,
      unit: units[name] ?? unitOfChannel(name),
      values: values[order.indexOf(name)]!.slice(0, length).reverse(),
    })),
  }
  connection.transfer(result.times, ...result.channels.map((channel) => channel.values))
  return result
}

function grown(list: Float64Array, fill: number): Float64Array<ArrayBuffer> {
  const result = new Float64Array(list.length * 2)
  result.set(list)
  return result.fill(fill, list.length)
}

export function latest(connection: Connection, { devices }: { readonly devices?: readonly string[] }): Latest[] {
  const names = namesOf(connection)
  const columns =
    'select device, last_recorded_at, last_received_at, newest from device join device_state using (device_key)'
  type StateRow = [device: string, recordedAt: number, receivedAt: number, newest: Uint8Array]
  const one = connection.statement(`${columns} where device = ?`, 'arrays')
  const rows = (devices
    ? [...new Set(devices)].sort().map((device) => one.get(device))
    : connection.statement(`${columns} order by device`, 'arrays').all()) as unknown as (StateRow | undefined)[]
  return rows
    .filter((row) => row !== undefined)
    .map(([device, recordedAt, receivedAt, blob]) => {
      const newest = newestOf(blob)
      const entries: [string, { value: number; recordedAt: number }][] = []
      for (let at = 0; at < newest.length; at += wordsPerChannel) {
        entries.push([names.channel(newest[at]!), { value: newest[at + 3]!, recordedAt: newest[at + 1]! }])
      }
      entries.sort(([a], [b]) => (a < b ? -1 : 1))
      return { device, recordedAt, receivedAt, values: Object.fromEntries(entries) }
    })
}

export function extent(
  { statement }: Connection,
  { device }: { readonly device: string },
): { from: number; to: number; count: number } | undefined {
  const row = statement(
    `select first_recorded_at, last_recorded_at, readings from device join device_state using (device_key)
     where device = ?`,
    'arrays',
  ).get(device) as unknown as [number, number, number] | undefined
  return row && { from: row[0], to: row[1], count: row[2] }
}
