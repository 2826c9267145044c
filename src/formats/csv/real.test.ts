// Files as they are found in the world, beside the checkout where there are any: what a person would expect of each.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { take } from '../contract.ts'
import type { ReadOptions } from '../format.ts'
import csv from './index.ts'

const shared = process.env['MILLRACE_SHARED_DATA'] ?? '../shared/data'

type Expected = { rows: number; time: string; channels: string[]; leftOut?: string[]; devices?: number; notes?: RegExp }

const cases: [path: string, options: ReadOptions, expected: Expected | RegExp][] = [
  ['nab/nyc_taxi.csv', {}, { rows: 10_320, time: 'timestamp', channels: ['value'] }],
  [
    'ett/ETTh1.csv',
    {},
    { rows: 17_420, time: 'date', channels: ['HUFL', 'HULL', 'MUFL', 'MULL', 'LUFL', 'LULL', 'OT'] },
  ],
  [
    'iot/room_climate/room_climate-location_A-measurement06.csv',
    {},
    {
      rows: 9832,
      time: 'column_2',
      channels: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => `column_${n}`),
      leftOut: ['column_1'],
      notes: /--columns/,
    },
  ],
  [
    'iot/room_climate/room_climate-location_B-measurement27.csv',
    {
      columns: 'eid,time,relative,node,temperature,humidity,light1,light2,occupants,activity,door,window'.split(','),
      deviceColumn: 'node',
      channels: ['temperature', 'humidity'],
    },
    { rows: 6074, time: 'time', channels: ['temperature', 'humidity'], devices: 3 },
  ],
  ['iot/wsn/multi_hop.csv', {}, /no column of times among reading, mote_id.*--start and --step/],
  [
    'iot/wsn/multi_hop.csv',
    { start: Date.UTC(2010, 4, 9), step_ms: 5000, deviceColumn: 'mote_id' },
    {
      rows: 18_760,
      time: '',
      channels: ['indoor', 'humidity', 'temperature', 'label'],
      leftOut: ['reading'],
      devices: 4,
    },
  ],
  ['timegan/energy_data.csv', {}, /--start and --step/],
]

for (const [path, options, expected] of cases) {
  const file = join(shared, 'series', path)
  const skip = existsSync(file) ? false : `${file} is not here`
  test(`${path}${options.deviceColumn ? ' by device' : ''}`, { skip }, async () => {
    if (expected instanceof RegExp)
      return assert.rejects(take(csv, file, options), { name: 'InputError', message: expected })
    const { chunks, report } = await take(csv, file, options)
    assert.deepEqual([report.rows, report.timeColumn, report.skippedCount], [expected.rows, expected.time, 0])
    assert.deepEqual(
      report.channels.map((c) => c.name),
      expected.channels,
    )
    if (expected.leftOut)
      assert.deepEqual(
        report.leftOut.map((c) => c.column),
        expected.leftOut,
      )
    if (expected.devices) assert.equal(new Set(chunks.map((c) => c.device)).size, expected.devices)
    if (expected.notes) assert.match(report.notes.join(), expected.notes)
  })
}
