// What is laid over the clean signal: labelled anomalies, then gaps, then the sensor's limits and resolution.
// The same functions serve one instant and a chunk of rows, so both give the same bits.

import type { Rng } from '#core/rng.ts'
import { firstRowAt } from '#core/series.ts'
import type { Anomaly } from '../generator.ts'
import type { ChannelDocument, GapDocument, StatisticalDocument } from './document.ts'
import { type EventPlan, eachEvent, eventsAround, type PlannedEvent, planOfNumber, planOfRate } from './events.ts'
import type { AnomalyParams } from './params.ts'

export type Overlay = {
  /** Changes the clean row of an instant in place. */
  at(time: number, row: Float64Array): void
  /** Changes the clean rows at times[0 .. n) (ascending) in place. */
  fill(times: Float64Array, columns: readonly Float64Array[]): void
  anomalies(from: number, to: number): Anomaly[]
}

/** `clean` gives the signal without overlay at an instant: a stuck sensor keeps repeating what it read last. */
export function compileOverlay(
  document: StatisticalDocument,
  rng: Rng,
  clean: (time: number, into: Float64Array) => void,
): Overlay {
  const plants = document.anomalies.flatMap((params, i) =>
    document.channels.flatMap((channel, c) =>
      params.channels && !params.channels.includes(channel.name) ? [] : [plantOf(document, params, i, channel, c, rng)],
    ),
  )
  const { channels } = document
  const gaps = document.gaps.map((gap, i) => compileGap(gap, i, document, rng))
  const scratch = new Float64Array(document.channels.length)

  function valueIn(plant: Plant, event: PlannedEvent, time: number, value: number): number {
    if (plant.params.kind !== 'stuck') return plant.effect(event, time, value)
    clean(event.from, scratch)
    return scratch[plant.column]!
  }
  return {
    at(time, row) {
      for (const plant of plants) {
        for (const event of plant.around(time)) {
          if (event.from <= time && time < event.to) row[plant.column] = valueIn(plant, event, time, row[plant.column]!)
        }
      }
      for (const gap of gaps) if (gap.at(time)) for (const column of gap.columns) row[column] = Number.NaN
      for (let c = 0; c < channels.length; c++) row[c] = sensed(channels[c]!, row[c]!)
    },
    fill(times, columns) {
      if (times.length === 0) return
      const end = times[times.length - 1]! + 1
      for (const plant of plants) {
        const column = columns[plant.column]!
        plant.each(times[0]!, end, (event) => {
          for (let i = firstRowAt(times, event.from); i < times.length && times[i]! < event.to; i++)
            column[i] = valueIn(plant, event, times[i]!, column[i]!)
        })
      }
      for (const gap of gaps) gap.fill(times, columns)
      for (const [c, channel] of document.channels.entries()) sense(channel, columns[c]!)
    },
    anomalies(from, to) {
      const found: Anomaly[] = []
      for (const plant of plants) {
        const { kind } = plant.params
        plant.each(from, to, (event) => {
          const magnitude = kind === 'stuck' || kind === 'dropout' ? 0 : plant.magnitude(event)
          found.push({ kind, channel: plant.channel, from: event.from, to: event.to, magnitude })
        })
      }
      return found.sort((a, b) => a.from - b.from)
    },
  }
}

type Plant = {
  readonly params: AnomalyParams
  readonly channel: string
  readonly column: number
  readonly each: (from: number, to: number, visit: (event: PlannedEvent) => void) => void
  readonly around: (time: number) => readonly PlannedEvent[]
  readonly magnitude: (event: PlannedEvent) => number
  readonly effect: (event: PlannedEvent, time: number, value: number) => number
}

/** How long each kind lasts when nobody says, in rows. */
const usualRows = { spike: 1, drift: 240, level_shift: 120, stuck: 60, noise_burst: 60, dropout: 30 } as const

function plantOf(
  { place, step_ms }: StatisticalDocument,
  params: AnomalyParams,
  index: number,
  channel: ChannelDocument,
  column: number,
  rng: Rng,
): Plant {
  const own = rng.derive('device', place.device, 'anomaly', index, params.seed, channel.name)
  const noise = own.derive('noise')
  const duration_ms = params.duration_ms ?? usualRows[params.kind] * step_ms
  const length_ms = (uniform: number) => Math.max(step_ms, duration_ms * (0.5 + uniform))
  const plan: EventPlan =
    params.number === undefined
      ? planOfRate(params.rate_per_day!, Math.max(step_ms, 1.5 * duration_ms))
      : planOfNumber(params.number, params.from!, params.to!)
  const magnitude = ({ position }: PlannedEvent) =>
    params.magnitude * channel.scale * (params.kind !== 'noise_burst' && own.uniformAt(position + 3) < 0.5 ? -1 : 1)
  return {
    params,
    channel: channel.name,
    column,
    each: (from, to, visit) => eachEvent(plan, own, length_ms, from, to, visit),
    around: eventsAround(plan, own, length_ms),
    magnitude,
    effect(event, time, value) {
      switch (params.kind) {
        case 'drift':
          return value + (magnitude(event) * (time - event.from)) / (event.to - event.from)
        case 'noise_burst':
          return value + magnitude(event) * noise.normalAt(Math.floor(time / step_ms))
        case 'dropout':
          return Number.NaN
        default:
          return value + magnitude(event)
      }
    },
  }
}

function compileGap(gap: GapDocument, index: number, { place, step_ms, channels }: StatisticalDocument, rng: Rng) {
  const own = rng.derive('device', place.device, 'gap', index)
  const singles = own.derive('single')
  const { lengths_ms, rate_per_day, single } = gap
  const longest = lengths_ms.at(-1) ?? 0
  const plan = rate_per_day > 0 && longest > 0 ? planOfRate(rate_per_day, longest) : undefined
  const length_ms = (uniform: number) => lengths_ms[Math.floor(uniform * lengths_ms.length)]!
  const around = plan && eventsAround(plan, own, length_ms)
  const columns = channels.flatMap((channel, c) =>
    gap.channel === undefined || gap.channel === channel.name ? [c] : [],
  )
  const alone = (time: number) => single > 0 && singles.uniformAt(Math.floor(time / step_ms)) < single
  return {
    columns,
    at(time: number): boolean {
      if (alone(time)) return true
      if (around) for (const event of around(time)) if (event.from <= time && time < event.to) return true
      return false
    },
    fill(times: Float64Array, all: readonly Float64Array[]): void {
      const blank = (i: number) => {
        for (const column of columns) all[column]![i] = Number.NaN
      }
      if (single > 0) for (let i = 0; i < times.length; i++) if (alone(times[i]!)) blank(i)
      if (!plan) return
      eachEvent(plan, own, length_ms, times[0]!, times[times.length - 1]! + 1, (event) => {
        for (let i = firstRowAt(times, event.from); i < times.length && times[i]! < event.to; i++) blank(i)
      })
    },
  }
}

/** A value as the sensor can report it: inside its limits, on its grid. NaN stays NaN. */
function sensed({ lower, upper, resolution }: ChannelDocument, value: number): number {
  let x = value
  if (lower !== undefined && x < lower) x = lower
  if (upper !== undefined && x > upper) x = upper
  return resolution === undefined ? x : quantised(x, resolution)
}

function sense(channel: ChannelDocument, column: Float64Array): void {
  const { lower, upper, resolution } = channel
  if (lower === undefined && upper === undefined && resolution === undefined) return
  for (let i = 0; i < column.length; i++) column[i] = sensed(channel, column[i]!)
}

/** The nearest multiple; by division where the resolution is a decimal fraction, so that 0.1 gives 20.3 and not 20.300000000000001. */
export function quantised(value: number, resolution: number): number {
  const perUnit = Math.round(1 / resolution)
  return resolution < 1 && Math.abs(perUnit * resolution - 1) < 1e-9
    ? Math.floor(value * perUnit + 0.5) / perUnit
    : Math.floor(value / resolution + 0.5) * resolution
}
