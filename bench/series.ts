// Real series for trials, read from ../shared/data/series (MILLRACE_SHARED_DATA names another place). Never copied.

import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Frame } from '#core/series.ts'
import { parseTime } from '#core/time.ts'

const root = join(resolve(process.env['MILLRACE_SHARED_DATA'] ?? '../shared/data'), 'series')

/** Why the real series cannot be used; false when they can. */
export const missing: string | false = existsSync(root) ? false : `no real series at ${root}`

/** Each set by its name; read when called. */
export const series: Readonly<Record<string, () => Frame>> = {
  ETTh1: () => {
    const [header, ...rows] = table('ett/ETTh1.csv')
    const columns = header!
      .slice(1)
      .map((name, c): Column => [name, name === 'OT' ? 'Cel' : '', (row) => Number(row[c + 1])])
    return frame(rows, (row) => parseTime(row[0])!, columns)
  },
  'NAB nyc_taxi': () => nab('nyc_taxi', 'trips', '1'),
  'NAB ambient_temperature': () => nab('ambient_temperature_system_failure', 'temperature', '[degF]'),
  'NAB occupancy_6005': () => nab('occupancy_6005', 'occupancy', '%'),
  'NAB speed_6005': () => nab('speed_6005', 'speed', 'km/h'),
  'wsn multi_hop mote 3': () => wsn('multi_hop', '3'),
  'wsn single_hop mote 1': () => wsn('single_hop', '1'),
  'room_climate A06 node 2': () => room('location_A-measurement06', '2'),
  'room_climate B27 node 1': () => room('location_B-measurement27', '1'),
}

type Row = readonly string[]
type Column = readonly [name: string, unit: string, value: (row: Row) => number]

const table = (path: string): Row[] =>
  readFileSync(join(root, path), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(',').map((cell) => cell.trim()))

/** Rows whose time does not increase are left out. */
function frame(rows: readonly Row[], timeOf: (row: Row) => number, columns: readonly Column[]): Frame {
  let last = Number.NEGATIVE_INFINITY
  const kept = rows.filter((row) => {
    const increases = timeOf(row) > last
    if (increases) last = timeOf(row)
    return increases
  })
  return {
    times: Float64Array.from(kept, timeOf),
    channels: columns.map(([name, unit, value]) => ({ name, unit, values: Float64Array.from(kept, value) })),
  }
}

const nab = (file: string, name: string, unit: string): Frame =>
  frame(table(`nab/${file}.csv`).slice(1), (row) => parseTime(row[0])!, [[name, unit, (row) => Number(row[1])]])

/** One mote's normal readings (label 0), five seconds apart; the file has no clock, only reading numbers. */
const wsn = (file: string, mote: string): Frame =>
  frame(
    table(`iot/wsn/${file}.csv`).filter((row) => row[1] === mote && row[5] === '0'),
    (row) => 1_300_000_000_000 + 5000 * Number(row[0]),
    [
      ['humidity', '%', (row) => Number(row[3])],
      ['temperature', 'Cel', (row) => Number(row[4])],
    ],
  )

const room = (file: string, node: string): Frame =>
  frame(
    table(`iot/room_climate/room_climate-${file}.csv`).filter((row) => row[3] === node),
    (row) => Number(row[1]),
    [
      ['temperature', 'Cel', (row) => Number(row[4])],
      ['humidity', '%', (row) => Number(row[5])],
      ['light_1', '', (row) => Number(row[6])],
      ['light_2', '', (row) => Number(row[7])],
    ],
  )
