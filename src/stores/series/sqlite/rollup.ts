// Rollups: minutes of an hour and hours of a day, made from the rows of hours that were written since, never updated in
// place. A write only marks its hour dirty, so ingestion pays nothing for them and late readings cannot make them wrong:
// a query takes dirty hours from the rows.

import { hour_ms, minute_ms } from '#core/time.ts'
import type { Connection } from '#databases/sqlite/index.ts'
import { knownOf, ledgerOf } from './append.ts'
import { namesOf, scanValues } from './rows.ts'

/** Entries of seven float64: start (epoch ms), count, sum, min, max, first, last. Blocks hold them in order of time. */
export const wordsPerRollup = 7
/** `rollup.span`: a block of an hour holds minutes, a block of a day holds hours. */
export const minutesOfHour = 1
export const hoursOfDay = 2
/** An hour with fewer readings has no minutes: its rows are read as fast, and take less room. */
const readingsForMinutes = 120
const hoursPerSlice = 2_000

export type MaintainArguments = {
  /** Hours that end after this instant are still being written and wait. Epoch ms. */
  readonly now: number
  readonly budget_ms: number
}

/** A slice of work: ledger merges, then dirty hours. True when there is more. */
export function maintain(connection: Connection, { now, budget_ms }: MaintainArguments): boolean {
  const end = performance.now() + budget_ms
  let merging = true
  while (merging && performance.now() < end) merging = ledgerOf(connection).merge(20_000)
  const { statement } = connection
  const known = knownOf(connection)
  const due = statement(
    'select device_key, hour from dirty where hour < ? order by device_key, hour limit ?',
    'arrays',
  ).all(Math.floor(now / hour_ms), hoursPerSlice) as unknown as [deviceKey: number, hour: number][]
  const day: Day = { deviceKey: -1, number: -1, hours: new Map() }
  let done = 0
  for (const [deviceKey, hour] of due) {
    if (done > 0 && performance.now() >= end) break
    const number = Math.floor(hour / 24)
    if (deviceKey !== day.deviceKey || number !== day.number) {
      writeDay(connection, day)
      Object.assign(day, { deviceKey, number, hours: new Map() })
    }
    rollUpHour(connection, deviceKey, hour, day)
    known.markClean(deviceKey, hour)
    done++
  }
  writeDay(connection, day)
  return merging || done < due.length || due.length === hoursPerSlice
}

/** Hours of one device and day on their way into the day's block, by channel_key. */
type Day = { deviceKey: number; number: number; hours: Map<number, number[]> }

function rollUpHour(connection: Connection, deviceKey: number, hour: number, day: Day): void {
  const names = namesOf(connection)
  const columns = names.columnsFor(undefined)
  const channels = new Map<number, number[]>()
  const layouts = new Map<number, number[][]>()
  const start = hour * hour_ms
  let rowCount = 0
  for (const rows of scanValues(connection, deviceKey, { from: start, to: start + hour_ms }, columns)) {
    rowCount += rows.length
    for (const row of rows) {
      const key = row[1]!
      let targets = layouts.get(key)
      if (!targets) {
        targets = names.layoutKeys(key).map((channel) => {
          if (!channels.has(channel)) channels.set(channel, [])
          return channels.get(channel)!
        })
        layouts.set(key, targets)
      }
      const minute = Math.floor(row[0]! / minute_ms) * minute_ms
      // Columns are v0, v1, ... without gaps here, so a layout's channels are the first ones.
      for (let i = 0; i < targets.length; i++) addValue(targets[i]!, minute, row[2 + i]!)
    }
  }
  const write = connection.statement('insert or replace into rollup values (?, ?, ?, ?, ?)')
  for (const [channel, minutes] of channels) {
    if (rowCount >= readingsForMinutes) write.run(minutesOfHour, deviceKey, channel, hour, blobOf(minutes))
    const whole = [start, 0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, minutes[5]!, 0]
    for (let at = 0; at < minutes.length; at += wordsPerRollup) {
      whole[1]! += minutes[at + 1]!
      whole[2]! += minutes[at + 2]!
      whole[3] = Math.min(whole[3]!, minutes[at + 3]!)
      whole[4] = Math.max(whole[4]!, minutes[at + 4]!)
      whole[6] = minutes[at + 6]!
    }
    day.hours.set(channel, (day.hours.get(channel) ?? []).concat(whole))
  }
}

function addValue(minutes: number[], minute: number, value: number): void {
  const at = minutes.length - wordsPerRollup
  if (at < 0 || minutes[at] !== minute) {
    minutes.push(minute, 1, value, value, value, value, value)
    return
  }
  minutes[at + 1]!++
  minutes[at + 2]! += value
  if (value < minutes[at + 3]!) minutes[at + 3] = value
  if (value > minutes[at + 4]!) minutes[at + 4] = value
  minutes[at + 6] = value
}

/** Puts the day's new hours in the place of what its block says of them. */
function writeDay({ statement }: Connection, day: Day): void {
  const read = statement(
    'select entries from rollup where span = ? and device_key = ? and channel_key = ? and block = ?',
  )
  const write = statement('insert or replace into rollup values (?, ?, ?, ?, ?)')
  for (const [channel, hours] of day.hours) {
    const row = read.get(hoursOfDay, day.deviceKey, channel, day.number) as { entries: Uint8Array } | undefined
    const entries = new Map<number, Float64Array>()
    for (const list of [row ? rollupsOf(row.entries) : new Float64Array(0), Float64Array.from(hours)]) {
      for (let at = 0; at < list.length; at += wordsPerRollup) {
        entries.set(list[at]!, list.subarray(at, at + wordsPerRollup))
      }
    }
    const sorted = [...entries.keys()].sort((a, b) => a - b).flatMap((start) => [...entries.get(start)!])
    write.run(hoursOfDay, day.deviceKey, channel, day.number, blobOf(sorted))
  }
}

const blobOf = (entries: readonly number[]) => new Uint8Array(Float64Array.from(entries).buffer)

export function rollupsOf(blob: Uint8Array): Float64Array {
  const aligned = blob.byteOffset % 8 === 0 ? blob : blob.slice()
  return new Float64Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 3)
}
