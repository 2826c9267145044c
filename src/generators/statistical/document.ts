// What a saved model is: one JSON document. Everything a model does follows from it and the rng.

import { z } from 'zod'
import { InputError } from '#core/errors.ts'
import { anomalySchema } from './params.ts'

const finite = z.number()

/** Trend, periodic terms and (through `field`) noise; then an optional monotone map to the real distribution. */
const signalSource = z.object({
  kind: z.literal('signal'),
  level: finite,
  /** Straight line, unit per ms, through `level` at `anchor`; held outside [from, until]. */
  slope_per_ms: finite.default(0),
  anchor: finite.default(0),
  from: finite.optional(),
  until: finite.optional(),
  /** cos * cos(2 pi t / period) + sin * sin(2 pi t / period) */
  terms: z.array(z.object({ period_ms: z.number().positive(), cos: finite, sin: finite })).max(512),
  /** Values at latent -4, -4 + 1/16 ... 4; the latent signal is then standard normal. Absent: the latent is the value. */
  marginal: z.array(finite).length(129).optional(),
})

const presetSource = z.object({ kind: z.literal('preset'), preset: z.string() })

/** A count that only rises: `rate_per_ms` on average, in bursts of a dyadic cascade. */
const counterSource = z.object({
  kind: z.literal('counter'),
  level: finite,
  anchor: finite,
  rate_per_ms: z.number().min(0),
  /** Spread of the split of a span of 2^level rows into halves, from level 1 up; 0 is even, 1 all or nothing. */
  spreads: z.array(z.number().min(0).max(1)).max(16),
})

const channelSchema = z.object({
  name: z.string(),
  unit: z.string(),
  lower: finite.optional(),
  upper: finite.optional(),
  resolution: z.number().positive().optional(),
  /** Typical variation, for the size of anomalies. */
  scale: z.number().min(0),
  source: z.discriminatedUnion('kind', [signalSource, presetSource, counterSource]),
})

export const gapSchema = z.object({
  /** Channel, or undefined for the whole row. */
  channel: z.string().optional(),
  /** Share of rows that miss on their own. */
  single: z.number().min(0).max(1),
  /** Longer gaps: how many a day, and lengths that are equally likely, ascending. */
  rate_per_day: z.number().min(0),
  lengths_ms: z.array(z.number().positive()).max(64),
})

const documentSchema = z.object({
  generator: z.literal('statistical'),
  version: z.literal(1),
  summary: z.string(),
  step_ms: z.number().positive(),
  channels: z.array(channelSchema).min(1).max(256),
  /** Octaves of the noise of the signal channels (d of them). */
  field: z
    .array(
      z.object({
        /** Distance of the lattice, in steps of the grid; 0 is white noise. */
        spacing: z.number().min(0),
        /** Row c: what channel c takes of each of d independent noises (d * d). */
        mixing: z.array(finite),
        /** See field.ts; runs of nodes begin at `anchor` (epoch ms). */
        balanced: z.int().min(1).max(16).default(1),
        anchor: finite.default(0),
      }),
    )
    .max(41),
  place: z.object({ device: z.string(), latitude: finite, longitude: finite, altitude_m: finite }),
  seasonality: z.number(),
  noise: z.number(),
  gaps: z.array(gapSchema),
  /** Standard deviation of a reading's lateness against the grid, ms. */
  jitter_ms: z.number().min(0),
  anomalies: z.array(anomalySchema),
  fitted: z.object({ from: finite, to: finite, rows: z.int() }).optional(),
  findings: z.array(z.string()),
})

export type StatisticalDocument = z.infer<typeof documentSchema>
export type ChannelDocument = StatisticalDocument['channels'][number]
export type GapDocument = z.infer<typeof gapSchema>
export type SignalSource = z.infer<typeof signalSource>
export type CounterSource = z.infer<typeof counterSource>

/** Throws InputError with the path of what is wrong. */
export function readDocument(document: unknown): StatisticalDocument {
  const result = documentSchema.safeParse(document)
  if (!result.success) {
    throw new InputError(
      'this is not a model of the statistical generator, version 1',
      result.error.issues.slice(0, 8).map((issue) => ({ field: issue.path.join('.'), message: issue.message })),
    )
  }
  const { field, channels } = result.data
  const signals = channels.filter((channel) => channel.source.kind === 'signal').length
  for (const [i, octave] of field.entries()) {
    if (octave.mixing.length !== signals * signals) {
      throw new InputError('this model does not fit together', [
        {
          field: `field.${i}.mixing`,
          message: `has ${octave.mixing.length} numbers; ${signals} signals need ${signals ** 2}`,
        },
      ])
    }
  }
  return result.data
}
