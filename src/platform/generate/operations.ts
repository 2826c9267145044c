// Operations on generators: which there are, what they take, and synthetic rows made without storing anything.

import { z } from 'zod'
import { InputError, NotFoundError } from '#core/errors.ts'
import { createRng } from '#core/rng.ts'
import { type Frame, firstRowAt } from '#core/series.ts'
import { parseDuration } from '#core/time.ts'
import type { Anomaly, Generator, Model } from '#generators/generator.ts'
import { generators } from '#generators/registry.ts'
import { document, rows } from '../operation.ts'
import { instantOf } from '../query/range.ts'
import { epoch_ms, time } from '../schemas.ts'

const names = Object.keys(generators) as (keyof typeof generators)[]
const load = async (name: string): Promise<Generator> => {
  const found = names.find((other) => other === name)
  if (!found) throw new NotFoundError(`there is no generator '${name}'; there is ${names.join(', ')}`)
  return (await generators[found]()) as unknown as Generator
}

const card = z.strictObject({
  generator: z.string(),
  summary: z.string(),
  capabilities: z.strictObject({
    preset: z.boolean().describe('Makes data without a real series'),
    fit: z.boolean().describe('Learns from a real series'),
    seekable: z.boolean().describe('Gives any instant without what came before it'),
    multivariate: z.boolean(),
    anomalies: z.boolean(),
  }),
  presets: z.array(z.string()).describe('Ready-made channels'),
})
const cardOf = ({ name, summary, capabilities, presets = [] }: Generator) => ({
  generator: name,
  summary,
  capabilities,
  presets,
})

export const listGenerators = document({
  name: 'generators.list',
  summary: 'Lists the generators and what each can do.',
  scope: 'read',
  http: { method: 'GET', path: '/generators' },
  input: z.strictObject({}),
  output: z.strictObject({ generators: z.array(card) }),
  examples: [{ title: 'All generators', input: {} }],
  run: async () => ({ generators: (await Promise.all(names.map(load))).map(cardOf) }),
})

export const getGenerator = document({
  name: 'generators.get',
  summary: 'Tells what one generator takes: its parameters as JSON Schema, and its presets.',
  scope: 'read',
  http: { method: 'GET', path: '/generators/{generator}' },
  input: z.strictObject({ generator: z.string().max(64).describe('Name of a generator') }),
  output: card.extend({ params: z.record(z.string(), z.unknown()).describe('JSON Schema') }),
  examples: [{ title: 'The statistical one', input: { generator: 'statistical' } }],
  async run(_, { generator: name }) {
    const generator = await load(name)
    const params = z.toJSONSchema(generator.params, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>
    return { ...cardOf(generator), params }
  },
})

export const generate = rows({
  name: 'generate',
  summary: 'Makes synthetic rows and stores nothing.',
  description:
    'The same input gives the same bytes, anywhere and at any time. Rows are { time, <channel>..., anomaly? }; a gap ' +
    'is null, and anomaly names what was planted there (ground truth).',
  scope: 'read',
  http: { method: 'POST', path: '/generate' },
  input: z.strictObject({
    generator: z.string().max(64).default('statistical').describe('Name of a generator'),
    channels: z
      .array(z.union([z.string().max(128), z.record(z.string(), z.unknown())]))
      .min(1)
      .max(64)
      .optional()
      .describe("Presets or spelled-out channels; short for params.channels ('temperature,humidity')"),
    params: z.record(z.string(), z.unknown()).default({}).describe('Everything else that the generator takes'),
    from: time.default('2026-01-01T00:00:00Z').describe("First instant: ISO 8601, epoch ms, 'now', '-7d'"),
    step: z.string().max(40).default('1m').describe("Distance of rows: '1s', '5m', '1h'"),
    length: z.int().min(1).max(50_000_000).default(1_440).describe('Number of rows'),
    seed: z
      .union([z.int(), z.string().max(128)])
      .default(1)
      .describe('Another seed, other data'),
  }),
  output: z.looseObject({ time: epoch_ms, anomaly: z.string().optional() }),
  examples: [
    { title: 'A day of weather', input: { channels: ['temperature', 'humidity'], step: '1m', length: 1_440 } },
    {
      title: 'An hour with spikes, from a seed of one’s own',
      input: {
        channels: ['vibration'],
        step: '1s',
        length: 3_600,
        seed: 7,
        params: { anomalies: [{ kind: 'spike', rate_per_day: 200 }] },
      },
    },
  ],
  async run({ platform, signal }, { generator: name, channels, params, from, step, length, seed }) {
    const generator = await load(name)
    const step_ms = parseDuration(step)
    if (step_ms === undefined) {
      throw new InputError(`step: '${step}' is not a duration`, [{ field: 'step', message: "'1s', '5m' or '1h'" }])
    }
    // A preset works at the distance of the rows that are asked for, unless it is told another: counts are per step, and an
    // anomaly of one reading must fall on a row.
    const given = { ...(takesStep(generator) && { step_ms }), ...params, ...(channels && { channels }) }
    const parsed = generator.params.safeParse(given)
    if (!parsed.success) throw paramsError(parsed.error, channels !== undefined)
    const start = instantOf(from, platform.clock.now(), 'from')
    const model = generator.preset(parsed.data)
    const rng = createRng(seed)
    async function* pages() {
      for (const frame of model.sample({ from: start, step_ms: step_ms!, length, rng, signal })) {
        signal.throwIfAborted()
        yield rowsOf(frame, anomaliesOf(model, frame, step_ms!, rng))
        // A long series is made without a pause otherwise: let requests of others in between.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    return { columns: ['time', ...model.card.channels.map((channel) => channel.name), 'anomaly'], rows: pages() }
  },
})

const takesStep = ({ params }: Generator): boolean => params instanceof z.ZodObject && 'step_ms' in params.shape

export const generateOperations = [listGenerators, getGenerator, generate]

const anomaliesOf = (model: Model, { times }: Frame, step_ms: number, rng: Parameters<Model['anomalies']>[1]) =>
  times.length === 0 ? [] : model.anomalies({ from: times[0]!, to: times.at(-1)! + step_ms }, rng)

function rowsOf({ times, channels }: Frame, anomalies: readonly Anomaly[]): Record<string, unknown>[] {
  const rows = Array.from(times, (time, i) => {
    const row: Record<string, unknown> = { time }
    for (const { name, values } of channels) row[name] = Number.isNaN(values[i]) ? null : values[i]
    return row
  })
  const several = channels.length > 1
  for (const { kind, channel, from, to } of anomalies) {
    for (let i = firstRowAt(times, from); i < times.length && times[i]! < to; i++) {
      const named = several ? `${channel}: ${kind}` : kind
      rows[i]!['anomaly'] = rows[i]!['anomaly'] === undefined ? named : `${rows[i]!['anomaly']}, ${named}`
    }
  }
  return rows
}

function paramsError(error: z.ZodError, short: boolean): InputError {
  const issues = error.issues.map(({ path, message }) => {
    const field = path.join('.')
    return { field: short && field.startsWith('channels') ? field : `params${field ? `.${field}` : ''}`, message }
  })
  return new InputError(`${issues[0]!.field}: ${issues[0]!.message}`, issues)
}
