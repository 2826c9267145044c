// Schemas that several operations share. They describe what crosses the wire: plain JSON, times as epoch ms.

import { z } from 'zod'
import { deviceKinds } from '#core/device.ts'
import { tenantOf } from '#core/tenant.ts'
import { channelPattern, channelRule, devicePattern, deviceRule } from './ingest/check.ts'

export const deviceName = z
  .string()
  .regex(devicePattern, `a device's name is ${deviceRule}`)
  .describe('Name of a device')
export const channelName = z.string().regex(channelPattern, `a channel's name is ${channelRule}`)

export const deviceList = z.array(deviceName).min(1).max(10_000)
export const channelList = z.array(channelName).min(1).max(1_000)

/** ISO 8601, epoch ms, 'now', or relative to now: '-1h', '-7d'. Turned into epoch ms by `query/range.ts`. */
export const time = z.union([z.string(), z.number()])
export const from = time
  .default('-1h')
  .describe("First instant: ISO 8601, epoch ms, 'now' or relative to now ('-1h', '-7d')")
export const to = time.default('now').describe('Instant after the last, in the same forms')

export const epoch_ms = z.number().describe('Epoch ms, UTC')
export const order = z.enum(['ascending', 'descending'])

export const tenantName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    "a tenant's name is 1 to 64 of a-z, 0-9, - and _, starting with a letter or digit",
  )
  .transform((name) => tenantOf(name))

export const deviceMetadata = z.strictObject({
  kind: z.enum(deviceKinds).optional(),
  location: z.string().max(200).optional().describe("Place in words: 'Berlin / Hall 2'"),
  mac: z
    .string()
    .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, 'six bytes in lower-case hex with colons: 02:00:5e:10:00:01')
    .optional(),
  ip: z.union([z.ipv4(), z.ipv6()]).optional(),
  firmware: z.string().max(100).optional(),
  latitude: z.number().min(-90).max(90).optional().describe('Degrees north'),
  longitude: z.number().min(-180).max(180).optional().describe('Degrees east'),
  twinOf: deviceName.optional().describe('The device that this one is a twin of'),
  fleet: z.string().max(128).optional().describe('The fleet that runs it'),
  units: z.record(channelName, z.string().max(32)).optional().describe('Unit of each channel that is known (UCUM)'),
  tags: z.record(z.string().max(64), z.string().max(200)).optional(),
})

export const device = deviceMetadata.extend({
  device: deviceName,
  createdAt: epoch_ms,
  lastSeenAt: epoch_ms.optional().describe('Our clock at the newest delivery'),
  lastRecordedAt: epoch_ms.optional().describe("The device's clock of the newest reading"),
  channels: z.array(z.string()).describe('Every channel it ever sent, sorted'),
})

export const reading = z.strictObject({
  id: z.string(),
  device: z.string(),
  recordedAt: epoch_ms.describe("The device's clock"),
  receivedAt: epoch_ms.describe('Our clock'),
  values: z.record(z.string(), z.number()),
  label: z.string().optional().describe('Ground truth of a synthetic reading'),
})
