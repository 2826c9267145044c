// Twins of real series stay as like them as docs/guide/fidelity.md says. The floors are the lowest of five seeds there,
// less a few points; `node bench/fidelity.ts` makes the table.

import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { createRng } from '#core/rng.ts'
import statistical from '#generators/statistical/index.ts'
import validator from '#validators/statistical/index.ts'
import { missing, series } from '../../bench/series.ts'

const floors: readonly (readonly [string, number])[] = [
  ['ETTh1', 72],
  ['NAB nyc_taxi', 85],
  ['NAB occupancy_6005', 78],
  ['NAB speed_6005', 85],
  ['wsn single_hop mote 1', 58],
  ['room_climate A06 node 2', 55],
]

for (const [name, floor] of floors) {
  test(`a twin of ${name} scores at least ${floor}`, { skip: missing }, async () => {
    const real = series[name]!()
    const model = await statistical.fit(real, statistical.params.parse({}), { rng: createRng(1) })
    const { step_ms } = model.card
    const from = real.times[0]!
    const length = Math.round((real.times.at(-1)! - from) / step_ms) + 1
    const [twin] = [...model.sample({ from, step_ms, length, chunk: length, rng: createRng(2) })]
    const overall = validator.validate(twin!, real)[0]!
    ok(overall.value >= floor, `${overall.value}: ${overall.why}`)
  })
}
