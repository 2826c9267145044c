// The contract of every format: the same table, written as that format writes it, becomes the same chunks and report.
// Each adapter brings `make`, which writes columns to a file; everything else is common.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Chunk, Format, ReadOptions, ReadReport } from './format.ts'

/** Column name to cells: numbers, texts, instants, or null. */
export type Columns = Readonly<Record<string, readonly (number | string | Date | null)[]>>

export type Fixture = {
  /** Writes the columns as a file of this format. */
  make(path: string, columns: Columns): Promise<void>
}

const noon = Date.UTC(2026, 10, 21, 12)
const minutes = (count: number) => Array.from({ length: count }, (_, i) => new Date(noon + i * 60_000))
const wave = (count: number) => Array.from({ length: count }, (_, i) => 20 + Math.sin(i / 10))

export function formatContract(format: Format, { make }: Fixture): void {
  const within = async (columns: Columns, use: (path: string) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-format-'))
    try {
      const path = join(folder, `data.${format.extensions[0]}`)
      await make(path, columns)
      await use(path)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  const reading = (columns: Columns, options: ReadOptions, check: (read: Taken) => void) =>
    within(columns, async (path) => check(await take(format, path, options)))

  test(`${format.name}: says what it is`, () => {
    assert.match(format.name, /^[a-z][a-z0-9]*$/)
    assert.ok(format.summary.length > 10 && format.extensions.length > 0 && format.mediaTypes.length > 0)
  })

  test(`${format.name}: finds time and channels by themselves and gives the values bit for bit`, () =>
    reading(
      { timestamp: minutes(50), 'temp (C)': wave(50), state: wave(50).map(() => 'ok') },
      {},
      ({ chunks, report }) => {
        const { times, channels } = chunks[0]!.frame
        assert.deepEqual([...times], minutes(50).map(Number))
        assert.deepEqual(
          channels.map((c) => [c.name, c.unit]),
          [['temp', 'Cel']],
        )
        assert.deepEqual([...channels[0]!.values], wave(50))
        assert.equal(report.timeColumn, 'timestamp')
        assert.deepEqual(
          report.leftOut.map((c) => c.column),
          ['state'],
        )
        assert.deepEqual([report.rows, report.from, report.to], [50, noon, noon + 49 * 60_000])
      },
    ))

  test(`${format.name}: a gap is NaN, a row of gaps and a row without a time are skipped with their line`, () =>
    reading(
      { time: [...minutes(4), null], a: [1, null, null, 4, 5], b: [null, 2, null, 4, 5] },
      {},
      ({ chunks, report }) => {
        const [a, b] = chunks[0]!.frame.channels
        assert.deepEqual([...a!.values], [1, Number.NaN, 4])
        assert.deepEqual([...b!.values], [Number.NaN, 2, 4])
        assert.equal(report.skippedCount, 2)
        assert.ok(report.skipped.every(({ line, reason }) => line > 0 && reason.length > 10))
      },
    ))

  test(`${format.name}: a device column splits the rows, and is suggested when nobody asks for it`, async () => {
    const columns = { time: minutes(6), mote_id: [1, 2, 1, 2, 1, 2], v: [1, 2, 3, 4, 5, 6] }
    await reading(columns, { deviceColumn: 'mote_id' }, ({ chunks }) => {
      assert.deepEqual(
        chunks.map((c) => [c.device, [...c.frame.channels[0]!.values]]),
        [
          ['1', [1, 3, 5]],
          ['2', [2, 4, 6]],
        ],
      )
    })
    await reading(columns, {}, ({ report }) => assert.match(report.notes.join(), /--device-column mote_id/))
  })

  test(`${format.name}: rows without times are placed by start and step, per device`, async () => {
    const columns = { node: ['x', 'x', 'y', 'y'], v: [1, 2, 3, 4] }
    await reading(columns, { deviceColumn: 'node', start: noon, step_ms: 1000 }, ({ chunks }) =>
      assert.deepEqual(
        chunks.map((c) => [...c.frame.times]),
        [
          [noon, noon + 1000],
          [noon, noon + 1000],
        ],
      ),
    )
    await within(columns, (path) =>
      assert.rejects(take(format, path, {}), { name: 'InputError', message: /--start and --step/ }),
    )
  })

  test(`${format.name}: repeated times and times that go back are kept`, () => {
    const time = [2, 1, 1, 3].map((i) => new Date(noon + i * 60_000))
    return reading({ time, v: [1, 2, 3, 4] }, {}, ({ chunks }) => {
      assert.deepEqual([...chunks[0]!.frame.times], time.map(Number))
      assert.deepEqual([...chunks[0]!.frame.channels[0]!.values], [1, 2, 3, 4])
    })
  })

  test(`${format.name}: takes only the channels that are named, and refuses unknown ones by listing the known`, async () => {
    const columns = { time: minutes(3), a: [1, 2, 3], b: [4, 5, 6] }
    await reading(columns, { channels: ['b'] }, ({ report }) =>
      assert.deepEqual(
        report.channels.map((c) => c.name),
        ['b'],
      ),
    )
    await within(columns, (path) =>
      assert.rejects(take(format, path, { channels: ['c'] }), {
        name: 'InputError',
        message: /no column 'c'.*time, a, b/,
      }),
    )
    await within(columns, (path) =>
      assert.rejects(take(format, path, { timeColumn: 'nope' }), { name: 'InputError', message: /no column 'nope'/ }),
    )
  })

  test(`${format.name}: epoch seconds, milliseconds and microseconds are told apart by their size`, async () => {
    for (const factor of [1e-3, 1, 1e3]) {
      const time = minutes(20).map((at) => Math.round(at.getTime() * factor))
      await reading({ t: time, v: wave(20) }, {}, ({ chunks }) =>
        assert.deepEqual([...chunks[0]!.frame.times], minutes(20).map(Number)),
      )
    }
  })

  test(`${format.name}: long files come in chunks of at most 10,000 rows, in order`, () =>
    reading({ time: minutes(25_001), v: wave(25_001) }, {}, ({ chunks, report }) => {
      assert.ok(chunks.length >= 3 && chunks.every((c) => c.frame.times.length <= 10_000))
      assert.deepEqual(
        chunks.flatMap((c) => [...c.frame.times]),
        minutes(25_001).map(Number),
      )
      assert.equal(report.rows, 25_001)
    }))

  test(`${format.name}: stops when it is told to`, () =>
    within({ time: minutes(30_000), v: wave(30_000) }, async (path) => {
      const controller = new AbortController()
      const source = await format.read(path, { signal: controller.signal })
      await assert.rejects(async () => {
        for await (const _ of source.chunks) controller.abort(new Error('enough'))
      }, /enough/)
    }))

  test(`${format.name}: a file that is not there is a NotFoundError`, () =>
    assert.rejects(take(format, '/nowhere/at/all', {}), { name: 'NotFoundError', message: /nowhere/ }))
}

type Taken = { chunks: Chunk[]; report: ReadReport }

/** Reads a whole file; only tests may. */
export async function take(format: Format, path: string, options: ReadOptions): Promise<Taken> {
  const { chunks, report } = await format.read(path, options)
  const all: Chunk[] = []
  for await (const chunk of chunks) all.push(chunk)
  return { chunks: all, report }
}
