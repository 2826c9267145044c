// What we export, we read back bit for bit: the rows of an export through `renderRows`, and the formats' own reading.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { renderRows } from '#api/rest/rows.ts'
import { formats } from '#formats/registry.ts'

const channel = fc.stringMatching(/^[a-z][a-z_]{3,12}x$/)
const value = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.constant(-0),
  fc.constant(5e-324),
  fc.constant(undefined),
)
const table = fc.uniqueArray(channel, { minLength: 1, maxLength: 4 }).chain((channels) =>
  fc.record({
    channels: fc.constant(channels),
    rows: fc.array(
      fc.record({
        at: fc.integer({ min: 1e12, max: 2e12 }),
        values: fc.array(value, { minLength: channels.length, maxLength: channels.length }),
      }),
      {
        minLength: 1,
        maxLength: 30,
      },
    ),
  }),
)

for (const name of ['csv', 'ndjson'] as const) {
  test(`an export as ${name} reads back bit for bit`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-roundtrip-'))
    const format = await formats[name]()
    try {
      await fc.assert(
        fc.asyncProperty(table, async ({ channels, rows }) => {
          const readings = rows
            .map(({ at, values }, i) => ({
              id: `reading-${i}`,
              device: 'a "b", c',
              recordedAt: at,
              receivedAt: at + 1,
              values: Object.fromEntries(channels.flatMap((c, n) => (values[n] === undefined ? [] : [[c, values[n]]]))),
            }))
            .filter((reading) => Object.keys(reading.values).length > 0)
          fc.pre(channels.every((c) => readings.some(({ values }) => c in values)))
          const columns = ['device', 'recordedAt', 'receivedAt', 'id', ...channels.map((c) => `values.${c}`), 'label']
          let text = ''
          for await (const part of renderRows({ columns, rows: once(readings) }, name)) text += part
          const path = join(folder, `x.${name}`)
          await writeFile(path, text)
          const { chunks } = await format.read(path, { deviceColumn: 'device', channels })
          const back: { at: number; values: Record<string, number> }[] = []
          for await (const { device, frame } of chunks) {
            assert.equal(device, 'a "b", c')
            frame.times.forEach((at, row) => {
              const filled = frame.channels.filter((c) => !Number.isNaN(c.values[row]!))
              back.push({ at, values: Object.fromEntries(filled.map((c) => [c.name, c.values[row]!])) })
            })
          }
          // -0 is written as 0: JSON has no other way, and it is the same number.
          const plain = (values: Record<string, number>) =>
            Object.fromEntries(Object.entries(values).map(([k, v]) => [k, v + 0]))
          assert.deepEqual(
            back.map(({ at, values }) => ({ at, values: plain(values) })),
            readings.map(({ recordedAt, values }) => ({
              at: recordedAt,
              values: plain(values as Record<string, number>),
            })),
          )
        }),
        { numRuns: 60 },
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

async function* once<T>(rows: T[]) {
  yield rows
}
