// What a batch adds to its devices, summed up before it is sent: count, first, newest and its values per device and layout,
// and the hours whose rollups become stale. One pass over the rows here costs a tenth of sorting them in the database.

import type { ReadingBatch } from '#core/reading.ts'
import { hour_ms } from '#core/time.ts'
import { arrayOf } from '#databases/postgres/index.ts'

type State = { newest: number; count: number; first: number; seen: number }

/**
 * The last ten parameters of the database's `append`, as array texts. `rows` are those to be stored; `devices` and
 * `layouts` their keys; `vectors` the text of each row's values, in the order of `rows`.
 */
export function summaryOf(
  batch: ReadingBatch,
  rows: readonly number[],
  devices: readonly (number | undefined)[],
  layouts: readonly number[],
  vectors: readonly string[],
): readonly string[] {
  const { device, layout, recordedAt, receivedAt } = batch
  const states = new Map<number, State>()
  const hours = new Map<number, { device: number; hour: number }>()
  rows.forEach((row, at) => {
    const recorded = recordedAt[row]!
    const received = receivedAt[row]!
    const state = states.get(device[row]! * layouts.length + layout[row]!)
    if (state === undefined) {
      const fresh = { newest: at, count: 1, first: recorded, seen: received }
      states.set(device[row]! * layouts.length + layout[row]!, fresh)
    } else {
      const newest = rows[state.newest]!
      state.count++
      if (recorded < state.first) state.first = recorded
      if (received > state.seen) state.seen = received
      const later = recorded - recordedAt[newest]! || received - receivedAt[newest]!
      if (later > 0) state.newest = at
    }
    const hour = Math.floor(recorded / hour_ms)
    // Hours are below 2^21 until 2200, so the two make one exact number.
    const place = device[row]! * 2 ** 21 + hour
    if (!hours.has(place)) hours.set(place, { device: devices[device[row]!]!, hour: hour * hour_ms })
  })
  const all = [...states.values()]
  const newest = all.map((state) => rows[state.newest]!)
  const stale = [...hours.values()]
  return [
    arrayOf(newest.map((row) => devices[device[row]!]!)),
    arrayOf(newest.map((row) => layouts[layout[row]!]!)),
    arrayOf(all.map(({ count }) => count)),
    arrayOf(all.map(({ first }) => first)),
    arrayOf(newest.map((row) => recordedAt[row]!)),
    arrayOf(newest.map((row) => receivedAt[row]!)),
    arrayOf(all.map(({ seen }) => seen)),
    arrayOf(all.map((state) => vectors[state.newest]!)),
    arrayOf(stale.map((entry) => entry.device)),
    arrayOf(stale.map((entry) => entry.hour)),
  ]
}
