// Parameters of the statistical generator, as a person writes them.

import { z } from 'zod'

export const presetNames = [
  'temperature',
  'humidity',
  'pressure',
  'battery',
  'vibration',
  'power',
  'traffic_count',
  'co2',
  'light',
  'wind_speed',
  'rainfall',
  'soil_moisture',
  'water_level',
] as const
export type PresetName = (typeof presetNames)[number]

export const anomalyKinds = ['spike', 'drift', 'level_shift', 'stuck', 'noise_burst', 'dropout'] as const

export const anomalySchema = z
  .object({
    kind: z.enum(anomalyKinds),
    rate_per_day: z.number().positive().max(10_000).optional().describe('Mean number per day and channel'),
    number: z.int().min(1).max(100_000).optional().describe('Exact number per channel between from and to'),
    from: z.number().optional().describe('Start of the range of `number`, epoch ms'),
    to: z.number().optional().describe('End of the range of `number`, epoch ms'),
    magnitude: z.number().default(5).describe('Size in typical variations of the channel; the direction is drawn'),
    duration_ms: z
      .number()
      .positive()
      .max(31_536_000_000)
      .optional()
      .describe('Mean length; each is 0.5 to 1.5 times it'),
    channels: z.array(z.string()).optional().describe('Channels it happens on; absent: all'),
    seed: z.union([z.number(), z.string()]).default(0).describe('Moves the anomalies and leaves the signal as it is'),
  })
  .refine((a) => (a.rate_per_day === undefined) !== (a.number === undefined), {
    path: ['rate_per_day'],
    message: 'give either rate_per_day or number (with from and to)',
  })
  .refine((a) => a.number === undefined || (a.from !== undefined && a.to !== undefined && a.to > a.from), {
    path: ['number'],
    message: 'needs from and to, with to after from',
  })

export type AnomalyParams = z.infer<typeof anomalySchema>

/** A channel that is spelled out instead of named. */
const signalSchema = z.object({
  name: z.string().min(1).max(128),
  unit: z.string().default(''),
  level: z.number().default(0),
  slope_per_day: z.number().default(0).describe('Straight trend, unit per day, through `level` at 2026-01-01'),
  seasons: z
    .array(
      z.object({
        period_ms: z.number().positive(),
        amplitude: z.number(),
        phase: z.number().default(0).describe('Turns, 0..1; 0 is a sine that rises at the epoch'),
      }),
    )
    .max(64)
    .default([]),
  noise: z.number().min(0).default(1).describe('Standard deviation of the noise'),
  memory_ms: z.number().min(0).default(0).describe('Time in which the noise forgets to 1/e; 0 is white noise'),
  lower: z.number().optional(),
  upper: z.number().optional(),
  resolution: z.number().positive().optional().describe('Values are multiples of it'),
})
export type SignalParams = z.infer<typeof signalSchema>

export const paramsSchema = z.object({
  channels: z
    .array(z.union([z.string(), signalSchema]))
    .min(1)
    .max(64)
    .optional()
    .describe('Preset names or spelled-out signals; with a real frame: names of the channels to learn'),
  step_ms: z
    .number()
    .min(1)
    .max(31_536_000_000)
    .optional()
    .describe('Natural distance of rows: the grain of the noise'),
  device: z.string().default('').describe('Name of the device: devices of one seed share weather, and nothing else'),
  latitude: z.number().min(-90).max(90).default(52.5),
  longitude: z.number().min(-180).max(180).default(13.4),
  altitude_m: z.number().min(-500).max(9000).default(0),
  trend: z.number().min(-100).max(100).default(1).describe('Multiplies trends; 0 removes them'),
  seasonality: z.number().min(0).max(100).default(1).describe('Multiplies seasonal swings; 0 removes them'),
  noise: z.number().min(0).max(100).default(1).describe('Multiplies noise; 0 removes it'),
  gaps: z.number().min(0).max(100).default(1).describe('Multiplies the share of missing readings; 0 removes gaps'),
  anomalies: z.array(anomalySchema).max(32).default([]),
})
export type StatisticalParams = z.infer<typeof paramsSchema>
