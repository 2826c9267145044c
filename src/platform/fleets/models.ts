// Models: what the sensors of a fleet show, by the presets of the statistical generator. The stream of the fleet's seed
// is the weather that all its devices share; a device's name and place make the rest.

import { InputError } from '#core/errors.ts'
import { createRng, type Rng } from '#core/rng.ts'
import type { Generator, Model } from '#generators/generator.ts'
import { generators } from '#generators/registry.ts'
import type { Member } from './roster.ts'
import type { FleetSpecification } from './specification.ts'

/** The generator of that name; throws InputError with the names there are. */
export async function generatorNamed(name: string): Promise<Generator> {
  const known = generators as Record<string, (() => Promise<unknown>) | undefined>
  const load = Object.hasOwn(known, name) ? known[name] : undefined
  if (!load) {
    throw new InputError(`there is no generator '${name}'; there are: ${Object.keys(known).join(', ')}`, [
      { field: 'generator', message: `one of ${Object.keys(known).join(', ')}` },
    ])
  }
  return (await load()) as Generator
}

export type ModelOf = (member: Member) => { readonly model: Model; readonly modelRng: Rng }

/** What is planted, by day and device: about ten anomalies a day in a fleet of twenty. */
const planted = [
  { kind: 'spike', rate_per_day: 0.12, magnitude: 6 },
  { kind: 'drift', rate_per_day: 0.06, magnitude: 4, duration_ms: 2 * 3_600_000 },
  { kind: 'level_shift', rate_per_day: 0.06, magnitude: 4, duration_ms: 3_600_000 },
  { kind: 'stuck', rate_per_day: 0.09, duration_ms: 2_700_000 },
  { kind: 'noise_burst', rate_per_day: 0.09, magnitude: 4, duration_ms: 1_200_000 },
  { kind: 'dropout', rate_per_day: 0.09, duration_ms: 900_000 },
]

/** Beside the traits of `roster.ts`. */
const anomaliesAt = 2 ** 52 + 128

/** Throws InputError where a channel is no preset. */
export function modelsOf(generator: Generator, specification: FleetSpecification): ModelOf {
  const { seed, interval_ms, channels } = specification
  const weather = createRng(seed)
  // A battery's end is a fault of its own: `instrument.ts` lets the device fall silent.
  const sensors = channels.filter((name) => name !== 'battery')
  return ({ device, latitude, longitude, rng }) => {
    // Each kind on one channel of a device, another on the next device: every pair occurs, and a reading stays cheap.
    const first = rng.wordAt(anomaliesAt)
    const anomalies =
      sensors.length > 0
        ? planted.map((kind, i) => ({ ...kind, channels: [sensors[(first + i) % sensors.length]!], seed }))
        : []
    const given = { channels, device, latitude, longitude, step_ms: interval_ms, gaps: 0, anomalies }
    const params = generator.params.safeParse(given)
    if (params.success) return { model: generator.preset(params.data), modelRng: weather }
    throw new InputError(
      `these channels cannot be made: ${channels.join(', ')}`,
      params.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })),
    )
  }
}
