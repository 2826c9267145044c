// What a twin sends at a nominal time: the model's values, with its jitter and its gaps, which it learned: a twin's link
// does not fail on top of that.

import { createRng } from '#core/rng.ts'
import type { Model } from '#generators/generator.ts'
import { timedId } from '../fleets/ids.ts'
import type { Instrument, Synthetic } from '../fleets/instrument.ts'
import { modelRngOf } from './fit.ts'

export type TwinParts = {
  readonly twin: string
  readonly seed: number
  /** Counts the fits: a refitted twin's readings are others, so their ids are too. */
  readonly version: number
  readonly model: Model
}

export function createTwinInstrument({ twin, seed, version, model }: TwinParts): Instrument {
  const ids = createRng(seed).derive('twin', twin, version)
  const modelRng = modelRngOf(seed, twin)
  const names = model.card.channels.map(({ name }) => name)
  const into = new Float64Array(names.length)

  function readingAt(time: number): Synthetic | undefined {
    model.at!(time, modelRng, into)
    const values: Record<string, number> = {}
    let measured = 0
    for (let k = 0; k < into.length; k++) {
      if (Number.isNaN(into[k]!)) continue
      // Ten digits are more than any sensor has, and -0 is 0.
      values[names[k]!] = Number(into[k]!.toPrecision(10)) + 0
      measured++
    }
    if (measured === 0) return undefined
    const recordedAt = Math.round(time + (model.jitter?.(time, modelRng) ?? 0))
    return { id: timedId(ids, time), device: twin, recordedAt, values }
  }

  return {
    readingAt,
    deliver(time, step_ms, emit) {
      // What is recorded after its nominal time is not known before: it is sent with the next one.
      const former = readingAt(time - step_ms)
      if (former && former.recordedAt > time - step_ms) emit(former, 'fresh')
      const reading = readingAt(time)
      if (reading && reading.recordedAt <= time) emit(reading, 'fresh')
    },
  }
}
