// What a fleet may be, as a schema with its defaults: 20 devices that send every 5 s, with a week of history.

import { z } from 'zod'
import { day_ms, minute_ms, second_ms } from '#core/time.ts'

/** What a fleet is; kept as a document of the catalogue, so that a restart goes on where it was. */
export type FleetSpecification = {
  readonly fleet: string
  readonly devices: number
  readonly interval_ms: number
  /** 1 is real time. Faster: begins `history_ms` ago, goes on at this speed until it has caught up with now. */
  readonly speed: number
  readonly seed: number
  /** How much history is made before the first live reading, ms, and at what distance. */
  readonly history_ms: number
  readonly historyInterval_ms: number
  /** Preset names of the channels: temperature, humidity, pressure, battery, ... */
  readonly channels: readonly string[]
  /** Stops by itself after so many readings; runs until it is stopped when absent. */
  readonly count?: number
}

export const fleetName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,39}$/,
    'a fleet is named with 1 to 40 of a-z, 0-9 and -: it begins the names of its devices',
  )
  .describe('Name of the fleet; its devices are called <fleet>-<city>-<number>')

const year_ms = 366 * day_ms

export const fleetSpecification = z
  .strictObject({
    fleet: fleetName.default('plant'),
    devices: z.int().min(1).max(100_000).default(20).describe('Number of devices'),
    interval_ms: z
      .int()
      .min(100)
      .max(day_ms)
      .default(5 * second_ms)
      .describe('Time between two readings of a device, ms'),
    speed: z
      .number()
      .min(1)
      .max(100_000)
      .default(1)
      .describe(
        '1 is real time. Faster: begins history_ms ago and goes on at this speed until it has caught up with now',
      ),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(1)
      .describe('The same seed gives the same readings'),
    history_ms: z
      .int()
      .min(0)
      .max(year_ms)
      .default(7 * day_ms)
      .describe('How much history is made first, ms; 0 for none'),
    historyInterval_ms: z
      .int()
      .min(second_ms)
      .max(day_ms)
      .default(minute_ms)
      .describe('Distance of readings in the history, ms'),
    channels: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(16)
      .default(['temperature', 'humidity', 'pressure', 'battery'])
      .describe('Presets of the statistical generator'),
    count: z.int().min(1).max(1e12).optional().describe('Stops by itself after so many readings'),
  })
  .refine(({ channels }) => new Set(channels).size === channels.length, {
    path: ['channels'],
    message: 'a channel is named twice',
  })
