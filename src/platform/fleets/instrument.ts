// Instrument: what one synthetic device reads at a nominal time. The generator says what the sensor shows, `field.ts`
// what becomes of it on the way. A function of the time: whoever asks twice gets the same reading.

import type { Rng } from '#core/rng.ts'
import { day_ms } from '#core/time.ts'
import type { Anomaly, Model } from '#generators/generator.ts'
import type { IncomingReading } from '../ingest/ingest.ts'
import { holds, type Imperfections, isDropped, isRepeated, lateWindow, offlineWindow, recordedAt } from './field.ts'
import { timedId } from './ids.ts'

export type Instrument = {
  /** What is measured at a nominal time, or undefined where the device is off, has no power, or the reading is lost. */
  readingAt(time: number): Synthetic | undefined
  /** Everything that the device sends at a nominal time: late ones that waited, a repetition, the reading itself. */
  deliver(time: number, interval_ms: number, emit: (reading: Synthetic, delivery: Delivery) => void): void
}

export type Synthetic = IncomingReading & { readonly id: string }
export type Delivery = 'fresh' | 'late' | 'repeated'

export type InstrumentParts = {
  readonly device: string
  readonly rng: Rng
  readonly model: Model
  readonly modelRng: Rng
  readonly interval_ms: number
  readonly imperfections: Imperfections
}

/** Digits after the point of what a sensor reports, by unit: more would be noise, and costs bytes everywhere. */
const digitsOf: Record<string, number> = { Cel: 2, '%': 1, hPa: 2 }

/** Below this charge the radio does not start: in cold nights first, then always, until the battery is changed. */
const brownOut_percent = 9

export function createInstrument(parts: InstrumentParts): Instrument {
  const { device, rng, model, modelRng, interval_ms, imperfections } = parts
  const channels = model.card.channels
  const scales = channels.map(({ unit }) => 10 ** (digitsOf[unit] ?? 3))
  const into = new Float64Array(channels.length)
  const plannedAt = createPlans(rng, model, modelRng)

  function readingAt(time: number): Synthetic | undefined {
    if (isDropped(rng, time, imperfections) || holds(offlineWindow(rng, time, imperfections), time)) return undefined
    model.at!(time, modelRng, into)
    const values: Record<string, number> = {}
    let measured = 0
    for (let k = 0; k < into.length; k++) {
      const value = into[k]!
      if (Number.isNaN(value)) continue
      // -0 and 0 are one reading, but not the same bytes.
      values[channels[k]!.name] = Math.round(value * scales[k]!) / scales[k]! + 0
      measured++
    }
    if (measured === 0 || values['battery']! < brownOut_percent) return undefined
    const label = labelAt(plannedAt(time), time)
    const reading = { id: timedId(rng, time), device, recordedAt: recordedAt(rng, time, interval_ms), values }
    return label ? { ...reading, label } : reading
  }

  return {
    readingAt,
    deliver(time, step_ms, emit) {
      const window = lateWindow(rng, time, imperfections)
      if (holds(window, time)) return
      const before = time - step_ms
      const former = lateWindow(rng, before, imperfections)
      if (holds(former, before)) {
        // The link is back: what waited comes first, oldest first.
        const first = time - Math.floor((time - former!.from) / step_ms) * step_ms
        for (let at = first; at < time; at += step_ms) {
          const reading = readingAt(at)
          if (reading) emit(reading, 'late')
        }
      } else if (isRepeated(rng, before, imperfections)) {
        const reading = readingAt(before)
        if (reading) emit(reading, 'repeated')
      }
      const reading = readingAt(time)
      if (reading) emit(reading, 'fresh')
    },
  }
}

function labelAt(anomalies: readonly Anomaly[], time: number): string | undefined {
  let label: string | undefined
  for (const { kind, from, to } of anomalies) {
    if (time < from || time >= to || label?.split('+').includes(kind)) continue
    label = label ? `${label}+${kind}` : kind
  }
  return label
}

/** What is planted in a day, remembered for two of them: live readings and their history ask in turns. */
function createPlans(rng: Rng, model: Model, modelRng: Rng) {
  const numbers = [Number.NaN, Number.NaN]
  const plans: (readonly Anomaly[])[] = []
  // Days begin at another hour for each device: a large fleet does not look up all its plans at midnight.
  const offset = Math.floor(rng.uniformAt(planAt) * day_ms)
  let next = 0
  return (time: number): readonly Anomaly[] => {
    const day = Math.floor((time - offset) / day_ms)
    if (numbers[0] === day) return plans[0]!
    if (numbers[1] === day) return plans[1]!
    const from = day * day_ms + offset
    const plan = model.anomalies({ from, to: from + day_ms }, modelRng)
    numbers[next] = day
    plans[next] = plan
    next = 1 - next
    return plan
  }
}

/** Beside the traits of `roster.ts`. */
const planAt = 2 ** 52 + 64
