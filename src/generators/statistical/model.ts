// A model from its document: binds it to an rng, then reads instants or streams chunks.

import { InputError } from '#core/errors.ts'
import type { Rng } from '#core/rng.ts'
import type { Frame } from '#core/series.ts'
import type { Model, SampleOptions } from '../generator.ts'
import { compileCounter } from './counter.ts'
import type { StatisticalDocument } from './document.ts'
import { compileOverlay, type Overlay } from './overlay.ts'
import { presetReader } from './presets.ts'
import { compileSignals, type Signals } from './signals.ts'

/** A document bound to an rng, with what it computed last. Both are functions of their arguments alone. */
type Bound = {
  readonly clean: (time: number, into: Float64Array) => void
  readonly signals: Signals
  readonly signalSlots: readonly number[]
  readonly overlay: Overlay
  readonly lateness: Rng
}

export function modelOf(document: StatisticalDocument): Model {
  const bindings = new WeakMap<Rng, Bound>()
  const bound = (rng: Rng): Bound => {
    const known = bindings.get(rng)
    if (known) return known
    const made = bind(document, rng)
    bindings.set(rng, made)
    return made
  }
  const { channels, step_ms, jitter_ms } = document
  return {
    card: {
      generator: 'statistical',
      version: document.version,
      summary: document.summary,
      channels: channels.map(({ name, unit }) => ({ name, unit })),
      fitted: document.fitted,
      step_ms,
      findings: document.findings,
    },
    sample: (options) => sample(document, bound(options.rng), options),
    at(time, rng, into) {
      const { clean, overlay } = bound(rng)
      clean(time, into)
      overlay.at(time, into)
    },
    anomalies: ({ from, to }, rng) => bound(rng).overlay.anomalies(from, to),
    jitter(time, rng) {
      if (jitter_ms === 0) return 0
      const late = jitter_ms * bound(rng).lateness.normalAt(Math.floor(time / step_ms))
      // Never past the neighbour: readings keep their order.
      return Math.max(-0.45 * step_ms, Math.min(0.45 * step_ms, late))
    },
    save: () => structuredClone(document),
  }
}

function bind(document: StatisticalDocument, rng: Rng): Bound {
  const { channels, step_ms, place, seasonality, noise } = document
  const own = rng.derive('device', place.device)
  const slotsOf = (kind: string) => channels.flatMap((channel, c) => (channel.source.kind === kind ? [c] : []))
  const signalSlots = slotsOf('signal')
  const sources = channels.flatMap(({ source }) => (source.kind === 'signal' ? [source] : []))
  const signals = compileSignals(document, sources, signalSlots, own)
  const counters = channels.flatMap(({ name, source }, c) =>
    source.kind === 'counter' ? [[c, compileCounter(source, step_ms, own.derive('counter', name))] as const] : [],
  )
  const presetSlots = slotsOf('preset')
  const presetNames = channels.flatMap(({ source }) => (source.kind === 'preset' ? [source.preset] : []))
  const presets =
    presetSlots.length > 0
      ? presetReader(presetNames, presetSlots, place, rng, { seasonality, noise }, step_ms)
      : undefined
  const clean = (time: number, into: Float64Array) => {
    if (sources.length > 0) signals.at(time, into)
    for (const [slot, counter] of counters) into[slot] = counter(time)
    presets?.(time, into)
  }
  return { clean, signals, signalSlots, overlay: compileOverlay(document, rng, clean), lateness: own.derive('jitter') }
}

function* sample(document: StatisticalDocument, bound: Bound, options: SampleOptions): Generator<Frame> {
  const { from, step_ms, length, chunk = 4096, signal } = options
  checkOptions(options)
  const { channels } = document
  // The fast path walks the natural grid; whole numbers keep from + i * step exact, and so equal to `at`.
  const onGrid =
    step_ms === document.step_ms &&
    Number.isInteger(step_ms) &&
    Number.isInteger(from) &&
    bound.signalSlots.length === channels.length
  const row = new Float64Array(channels.length)
  for (let done = 0; done < length; done += chunk) {
    signal?.throwIfAborted()
    const n = Math.min(chunk, length - done)
    const times = new Float64Array(n)
    for (let i = 0; i < n; i++) times[i] = from + (done + i) * step_ms
    const columns = channels.map(() => new Float64Array(n))
    if (onGrid) {
      bound.signals.fill(times[0]!, n, columns, 0)
    } else {
      for (let i = 0; i < n; i++) {
        bound.clean(times[i]!, row)
        for (let c = 0; c < columns.length; c++) columns[c]![i] = row[c]!
      }
    }
    bound.overlay.fill(times, columns)
    yield { times, channels: channels.map(({ name, unit }, c) => ({ name, unit, values: columns[c]! })) }
  }
}

/** The last instant that a Date can hold; beyond 2^53 slots of events could not be counted. */
const instant_max = 8.64e15

function checkOptions({ from, step_ms, length, chunk = 4096 }: SampleOptions): void {
  const issues = [
    ...(from >= 0 && from <= instant_max
      ? []
      : [{ field: 'from', message: `is ${from}; epoch ms, 0 to ${instant_max}` }]),
    ...(step_ms > 0 && Number.isFinite(step_ms) ? [] : [{ field: 'step_ms', message: `is ${step_ms}; more than 0` }]),
    ...(length === Infinity || (Number.isInteger(length) && length >= 0)
      ? []
      : [{ field: 'length', message: `is ${length}; a whole number from 0, Infinity without end` }]),
    ...(Number.isInteger(chunk) && chunk > 0 && chunk <= 1 << 22
      ? []
      : [{ field: 'chunk', message: `is ${chunk}; a whole number from 1 to ${1 << 22}` }]),
  ]
  if (issues.length > 0) throw new InputError(`cannot sample: ${issues[0]!.field} ${issues[0]!.message}`, issues)
}
