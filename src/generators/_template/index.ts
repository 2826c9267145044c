// A minimal generator, to be copied: a level with white noise. Replace the model; keep what the contract asks for.

import { z } from 'zod'
import { InputError } from '#core/errors.ts'
import type { Rng } from '#core/rng.ts'
import type { Frame } from '#core/series.ts'
import { deviation, mean } from '#maths/statistics.ts'
import { defineGenerator, type Model, type SampleOptions } from '../generator.ts'

const documentSchema = z.object({
  generator: z.literal('template'),
  version: z.literal(1),
  name: z.string(),
  unit: z.string(),
  level: z.number(),
  sigma: z.number().min(0),
})
type Document = z.infer<typeof documentSchema>

export default defineGenerator({
  name: 'template',
  summary: 'White noise around a level.',
  params: z.object({
    level: z.number().default(0).describe('Mean of the series, in its unit'),
    sigma: z.number().min(0).default(1).describe('Standard deviation, in its unit'),
  }),
  capabilities: { preset: true, fit: true, seekable: true, multivariate: false, anomalies: false },
  preset: ({ level, sigma }) => modelOf({ generator: 'template', version: 1, name: 'value', unit: '', level, sigma }),
  async fit(frame, _params, { signal }) {
    signal?.throwIfAborted()
    const channel = frame.channels[0]
    const known = channel?.values.filter((x) => !Number.isNaN(x)).length ?? 0
    if (!channel || known < 16)
      throw new InputError(`${known} values are too few to learn from: at least 16 are needed`)
    const { name, unit, values } = channel
    return modelOf({ generator: 'template', version: 1, name, unit, level: mean(values), sigma: deviation(values) })
  },
  load(document) {
    const result = documentSchema.safeParse(document)
    if (!result.success) throw new InputError('this is not a model of the template generator, version 1')
    return modelOf(result.data)
  },
})

function modelOf(document: Document): Model {
  const { name, unit, level, sigma } = document
  const valueAt = (time: number, rng: Rng) => level + sigma * rng.normalAt(Math.floor(time))
  return {
    card: {
      generator: 'template',
      version: 1,
      summary: 'white noise around a level',
      channels: [{ name, unit }],
      step_ms: 1000,
      findings: [`${name}: mean ${level}, standard deviation ${sigma}`],
    },
    sample: (options) => sample(name, unit, valueAt, options),
    at(time, rng, into) {
      into[0] = valueAt(time, rng)
    },
    anomalies: () => [],
    save: () => ({ ...document }),
  }
}

function* sample(
  name: string,
  unit: string,
  valueAt: (time: number, rng: Rng) => number,
  { from, step_ms, length, rng, chunk = 4096, signal }: SampleOptions,
): Generator<Frame> {
  const issue = (field: string) =>
    new InputError(`cannot sample: ${field}`, [{ field, message: 'is out of its range' }])
  if (!(from >= 0)) throw issue('from')
  if (!(step_ms > 0)) throw issue('step_ms')
  if (!(length >= 0)) throw issue('length')
  if (!(chunk >= 1)) throw issue('chunk')
  for (let done = 0; done < length; done += chunk) {
    signal?.throwIfAborted()
    const times = Float64Array.from({ length: Math.min(chunk, length - done) }, (_, i) => from + (done + i) * step_ms)
    yield { times, channels: [{ name, unit, values: times.map((time) => valueAt(time, rng)) }] }
  }
}
