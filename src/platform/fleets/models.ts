// Models: what the sensors of a fleet show, by the presets of the statistical generator. Devices of one place share its
// weather; each has a stream of its own for the rest.

import { InputError } from '#core/errors.ts'
import { createRng, type Rng } from '#core/rng.ts'
import type { Generator, Model } from '#generators/generator.ts'
import { generators } from '#generators/registry.ts'
import type { FleetSpecification } from './fleets.ts'
import type { Member } from './roster.ts'

/** The generator of that name; throws InputError with the names there are. */
export async function generatorNamed(name: string): Promise<Generator> {
  const known = generators as Record<string, (() => Promise<unknown>) | undefined>
  const load = Object.hasOwn(known, name) ? known[name] : undefined
  if (!load) throw new InputError(`there is no generator '${name}'; there are: ${Object.keys(known).join(', ')}`)
  return (await load()) as Generator
}

export type ModelOf = (member: Member) => { readonly model: Model; readonly modelRng: Rng }

/** Throws InputError where a channel is no preset. */
export function modelsOf(generator: Generator, specification: FleetSpecification): ModelOf {
  const fleetRng = createRng(specification.seed)
  return (member) => {
    const params = generator.params.parse({
      channels: specification.channels.map((name) => ({ name, preset: name })),
      latitude: member.latitude,
      longitude: member.longitude,
    })
    return { model: generator.preset(params), modelRng: fleetRng.derive('model', member.device) }
  }
}
