// Fits a generator to what a device has sent and measures the result against it. Runs in a thread of its own
// (`fit-worker.ts`): a long frame takes seconds, in which the doors must go on.

import { InputError } from '#core/errors.ts'
import { createRng } from '#core/rng.ts'
import { type Frame, sliceFrame } from '#core/series.ts'
import type { Generator, Model, ModelCard } from '#generators/generator.ts'
import type { Finding, Validator } from '#validators/validator.ts'
import { type Cadence, learnCadence } from './cadence.ts'

export type Fitted = {
  readonly document: unknown
  readonly card: ModelCard
  readonly cadence: Cadence
  readonly findings: readonly Finding[]
  /** 0..100 */
  readonly fidelity: number
}

export type FitRequest = {
  readonly generator: string
  readonly frame: Frame
  readonly seed: number
  /** Name of the twin: its stream of randomness. */
  readonly twin: string
}

export type Progress = (fraction: number, step: string) => void

const overall = 'fidelity.overall'
/** Newest rows that are compared: enough for every measure, little enough for a second. */
const comparedRows = 20_000

export async function fitFrame(
  { frame, seed, twin }: FitRequest,
  generator: Generator,
  validator: Validator,
  options: { signal?: AbortSignal; progress?: Progress } = {},
): Promise<Fitted> {
  const { signal, progress = () => {} } = options
  const rng = createRng(seed).derive('twin', twin)
  const known = channelsWithValues(frame)
  const model = await generator.fit(known, generator.params.parse({}), {
    rng: rng.derive('fit'),
    signal,
    progress: (fraction, step) => progress(0.9 * fraction, step),
  })
  signal?.throwIfAborted()
  if (!model.at)
    throw new InputError(`a twin needs a generator that can be asked for any instant; '${generator.name}' cannot`)
  progress(0.9, 'compare the twin with the device')
  const cadence = learnCadence(frame.times)
  const findings = compare(model, known, seed, twin, validator)
  const fidelity = findings.find(({ name }) => name === overall)?.value ?? 0
  progress(1, 'done')
  return { document: model.save(), card: model.card, cadence, findings, fidelity }
}

/** The twin at the very instants of the device's newest readings. */
function compare(model: Model, frame: Frame, seed: number, twin: string, validator: Validator): Finding[] {
  const reference = sliceFrame(frame, Math.max(0, frame.times.length - comparedRows), frame.times.length)
  const { times } = reference
  const rng = modelRngOf(seed, twin)
  const row = new Float64Array(model.card.channels.length)
  const columns = model.card.channels.map(() => new Float64Array(times.length))
  for (let i = 0; i < times.length; i++) {
    model.at!(times[i]!, rng, row)
    for (let k = 0; k < columns.length; k++) columns[k]![i] = row[k]!
  }
  const channels = model.card.channels.map(({ name, unit }, k) => ({ name, unit, values: columns[k]! }))
  try {
    const [first, ...others] = validator.validate({ times, channels }, reference)
    return [first!, ...selfLikeness(reference, validator), ...others]
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    // A model of very few readings may be too short to be compared: it is a twin all the same, of unknown fidelity.
    return [{ name: overall, value: 0, verdict: 'info', why: `not measured: ${error.message}` }]
  }
}

/** What the device scores against itself: a twin of a device that changes cannot be expected to do better. */
function selfLikeness(reference: Frame, validator: Validator): Finding[] {
  const rows = reference.times.length
  const middle = rows >> 1
  try {
    const halves = validator.validate(sliceFrame(reference, 0, middle), sliceFrame(reference, middle, rows))
    const value = halves.find(({ name }) => name === overall)?.value
    if (value === undefined) return []
    const why =
      "the device's own first half against its second, by the same measures: what to hold the twin's figure against"
    return [{ name: 'fidelity.halves', value, verdict: 'info', why }]
  } catch (error) {
    if (error instanceof InputError) return []
    throw error
  }
}

/** The randomness of a twin's values: the same for measuring and for streaming. */
export const modelRngOf = (seed: number, twin: string) => createRng(seed).derive('twin', twin).derive('values')

const channelsWithValues = (frame: Frame): Frame => ({
  times: frame.times,
  channels: frame.channels.filter(({ values }) => values.some((value) => !Number.isNaN(value))),
})
