// Instrument: what one synthetic device reads at a nominal time. The generator says what the sensor shows, `field.ts`
// what becomes of it on the way. A function of the time: whoever asks twice gets the same reading.

import type { Rng } from '#core/rng.ts'
import { day_ms } from '#core/time.ts'
import type { Anomaly, Model } from '#generators/generator.ts'
import type { IncomingReading } from '../ingest/ingest.ts'
import {
  holds,
  type Imperfections,
  isDropped,
  isRepeated,
  lateWindow,
  offlineWindow,
  recordedAt,
  type Window,
} from './field.ts'
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

export function createInstrument(parts: InstrumentParts): Instrument {
  const { device, rng, model, modelRng, interval_ms, imperfections } = parts
  const channels = model.card.channels
  const scales = channels.map(({ unit }) => 10 ** (digitsOf[unit] ?? 3))
  const into = new Float64Array(channels.length)
  const days = createDays(rng, model, modelRng, imperfections)

  function readingAt(time: number): Synthetic | undefined {
    const day = days.of(time)
    if (holds(day.offline, time) || isDropped(rng, time, imperfections)) return undefined
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
    if (measured === 0 || values['battery']! <= 0) return undefined
    const label = labelAt(day.anomalies, time)
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

type Day = { readonly offline: Window | undefined; readonly anomalies: readonly Anomaly[] }

/** What is planned for a day, remembered for two of them: live readings and their history ask in turns. */
function createDays(rng: Rng, model: Model, modelRng: Rng, imperfections: Imperfections) {
  const numbers = [Number.NaN, Number.NaN]
  const plans: Day[] = []
  let next = 0
  return {
    of(time: number): Day {
      const day = Math.floor(time / day_ms)
      if (numbers[0] === day) return plans[0]!
      if (numbers[1] === day) return plans[1]!
      const from = day * day_ms
      const plan = {
        offline: offlineWindow(rng, time, imperfections),
        anomalies: model.anomalies({ from, to: from + day_ms }, modelRng),
      }
      numbers[next] = day
      plans[next] = plan
      next = 1 - next
      return plan
    },
  }
}
