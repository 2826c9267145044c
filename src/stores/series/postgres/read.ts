// Reads of single readings: pages, frames, newest values, extents. Each is one or a few statements in one snapshot, and
// costs what it answers, not what is stored: pages and frames walk the index (device, time) from one end.

import type { PendingQuery, Row, TransactionSql } from 'postgres'
import { InputError } from '#core/errors.ts'
import type { Reading } from '#core/reading.ts'
import type { Frame } from '#core/series.ts'
import type { Tenant } from '#core/tenant.ts'
import { arrayOf, numbersOf, textArrayOf } from '#databases/postgres/index.ts'
import type { Latest, Range, ReadingsQuery } from '../store.ts'
import type { Names } from './names.ts'

type Part = PendingQuery<Row[]>

/** Rows of one answer of the server while a frame is read. */
const framePage = 20_000

/**
 * One page. With many devices, the first `ahead` readings of each show before which instant the page must end; only
 * what lies before it is then read and sorted. Without it a page of 1,000 over 10,000 devices would read 10 M rows.
 */
export async function readPage(
  sql: TransactionSql,
  tenant: Tenant,
  names: Names,
  query: ReadingsQuery,
): Promise<Reading[]> {
  checkWhole('limit', query.limit, 10_000)
  const devices = await names.devices(sql, tenant, query.devices)
  if (devices.size === 0 || !(query.to > query.from)) return []
  const layouts = await names.layouts(sql)
  const wanted = wantedLayouts(layouts, query.channels)
  const up = query.order === 'ascending'
  const { after, limit } = query
  const ahead = Math.min(limit, 4 * Math.ceil(limit / devices.size) + 1)
  const direction = up ? sql`asc` : sql`desc`
  const layoutFilter = wanted ? sql`and r.layout_key = any (${arrayOf(wanted)})` : sql``
  const labelFilter = query.labelled ? sql`and r.label is not null` : sql``
  const rowId = sql`coalesce(r.id_text, r.id::text) collate "C"`
  const beyond = after
    ? sql`and r.recorded_at ${up ? sql`>=` : sql`<=`} ${after.recordedAt}::float8
        and (r.recorded_at, k.device, ${rowId}) ${up ? sql`>` : sql`<`}
          (${after.recordedAt}::float8, ${after.device}::text collate "C", ${after.id}::text collate "C")`
    : sql``
  const perDevice = (columns: Part, upTo: Part, most: number) => sql`
    keys k cross join lateral (
      select ${columns} from reading r
      where r.device_key = k.device_key and r.recorded_at >= ${query.from}::float8 and r.recorded_at < ${query.to}::float8
        ${layoutFilter} ${labelFilter} ${beyond} ${upTo}
      order by r.recorded_at ${direction}, ${rowId} ${direction} limit ${most}) r`
  // A bare value to compare with: below row-level security an index is searched by nothing that could leak.
  const bound = sql`
    , bound as (select coalesce((select recorded_at from (
        select r.recorded_at from ${perDevice(sql`r.recorded_at`, sql``, ahead)}
        order by 1 ${direction} limit ${limit}) firsts
      order by 1 ${direction} offset ${limit - 1}), ${up ? query.to : query.from}::float8) as recorded_at)`
  const within = sql`and r.recorded_at ${up ? sql`<=` : sql`>=`} (select recorded_at from bound)`
  const many = devices.size > 4
  const columns = sql`r.recorded_at, r.received_at, r.layout_key, r."values", r.label, ${rowId} as id`
  const rows = await sql`
    with keys as (
      select * from unnest(${arrayOf([...devices.keys()])}::int[], ${textArrayOf([...devices.values()])}::text[])
        k (device_key, device))
    ${many ? bound : sql``}
    select r.*, k.device from ${perDevice(columns, many ? within : sql``, limit)}
    order by r.recorded_at ${direction}, k.device collate "C" ${direction}, r.id ${direction} limit ${limit}`
  return rows.map((row) => {
    const numbers = numbersOf(row.values)
    const channels = layouts.get(row.layout_key)!
    const values: Record<string, number> = {}
    channels.forEach((channel, i) => {
      if (!query.channels || query.channels.includes(channel)) values[channel] = numbers[i]!
    })
    const reading = { id: row.id, device: row.device, recordedAt: row.recorded_at, receivedAt: row.received_at, values }
    return row.label === null ? reading : { ...reading, label: row.label }
  })
}

/** The newest rows of one device, one per instant. Read from the newest back, in pages. */
export async function readFrame(
  sql: TransactionSql,
  tenant: Tenant,
  names: Names,
  device: string,
  query: Range & { readonly channels?: readonly string[]; readonly limit: number },
): Promise<Frame> {
  checkWhole('limit', query.limit, 1_000_000)
  const [key] = (await names.devices(sql, tenant, [device])).keys()
  const layouts = await names.layouts(sql)
  const wanted = wantedLayouts(layouts, query.channels)
  const times: number[] = []
  const columns = new Map<string, number[]>()
  if (key !== undefined) {
    const filter = wanted ? sql`and layout_key = any (${arrayOf(wanted)})` : sql``
    // Newest first, and among readings of one instant the one that was received last: the first to fill a slot wins.
    const cursor = sql`
      select recorded_at, layout_key, "values" from reading
      where device_key = ${key} and recorded_at >= ${query.from}::float8
        and recorded_at < ${query.to}::float8 ${filter}
      order by recorded_at desc, received_at desc, id desc`.cursor(Math.min(framePage, query.limit + 1))
    read: for await (const rows of cursor) {
      for (const row of rows) {
        if (row.recorded_at !== times.at(-1)) {
          if (times.length === query.limit) break read
          times.push(row.recorded_at)
        }
        const slot = times.length - 1
        const numbers = numbersOf(row.values)
        layouts.get(row.layout_key)!.forEach((channel, i) => {
          if (query.channels && !query.channels.includes(channel)) return
          let column = columns.get(channel)
          if (!column) {
            column = []
            columns.set(channel, column)
          }
          column[slot] ??= numbers[i]!
        })
      }
    }
  }
  const count = times.length
  const newestLast = (from: ArrayLike<number | undefined>) =>
    Float64Array.from({ length: count }, (_, i) => from[count - 1 - i] ?? Number.NaN)
  const order = query.channels ?? [...columns.keys()].sort()
  const [row] = await sql`select metadata->'units' as units from device where device_key = ${key ?? -1}`
  return {
    times: newestLast(times),
    channels: order.flatMap((name) => {
      const column = columns.get(name)
      return column ? [{ name, unit: row?.units?.[name] ?? '', values: newestLast(column) }] : []
    }),
  }
}

/** From the devices' states, which every append moves: one row per device and layout, no reading is touched. */
export async function readLatest(sql: TransactionSql, devices?: readonly string[]): Promise<Latest[]> {
  const rows = await sql`
    select d.device, s.last_at, s.received_at, s."values", array_to_json(l.channels) as channels
    from device d join device_state s using (device_key) join layout l using (layout_key)
    ${devices ? sql`where d.device = any (${textArrayOf(devices)})` : sql``}
    order by d.device, s.last_at, s.received_at`
  const answer = new Map<string, Latest & { values: Record<string, { value: number; recordedAt: number }> }>()
  for (const row of rows) {
    const before = answer.get(row.device)
    const numbers = numbersOf(row.values)
    const values = before?.values ?? {}
    row.channels.forEach((channel: string, i: number) => {
      values[channel] = { value: numbers[i]!, recordedAt: row.last_at }
    })
    answer.set(row.device, { device: row.device, recordedAt: row.last_at, receivedAt: row.received_at, values })
  }
  return [...answer.values()]
}

export async function readExtent(sql: TransactionSql, device: string) {
  const [row] = await sql`
    select min(s.first_at) as "from", max(s.last_at) as "to", sum(s.count)::bigint as count
    from device d join device_state s using (device_key) where d.device = ${device}`
  return row?.count ? { from: row.from as number, to: row.to as number, count: row.count as number } : undefined
}

/** Throws InputError unless the value is a whole number from 1 to `most`. */
export function checkWhole(field: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  const message = `must be a whole number from 1 to ${most}, not ${value}`
  throw new InputError(`${field} ${message}`, [{ field, message }])
}

/** Keys of layouts that hold one of the channels; undefined when every one does. */
function wantedLayouts(layouts: ReadonlyMap<number, readonly string[]>, channels: readonly string[] | undefined) {
  if (!channels) return undefined
  return [...layouts].filter(([, names]) => names.some((name) => channels.includes(name))).map(([key]) => key)
}
