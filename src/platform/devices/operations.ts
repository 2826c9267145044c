// Operations on devices: list, look at, describe.

import { z } from 'zod'
import { NotFoundError } from '#core/errors.ts'
import { document } from '../operation.ts'
import { device, deviceMetadata, deviceName, order } from '../schemas.ts'

export const listDevices = document({
  name: 'devices.list',
  summary: 'Lists devices, with what is known of them and when they were last seen.',
  scope: 'read',
  http: { method: 'GET', path: '/devices' },
  input: z.strictObject({
    search: z.string().max(200).optional().describe('Part of the name, location, MAC, IP or firmware'),
    kind: device.shape.kind.describe('Only this kind'),
    sort: z.enum(['device', 'lastSeenAt', 'location', 'kind', 'createdAt']).default('device'),
    order: order.default('ascending'),
    limit: z.int().min(1).max(10_000).default(1_000),
    offset: z.int().min(0).max(10_000_000).default(0),
  }),
  output: z.strictObject({ devices: z.array(device), total: z.int().describe('How many match, on all pages') }),
  examples: [
    { title: 'Every device', input: {} },
    { title: 'What was seen last, first', input: { sort: 'lastSeenAt', order: 'descending', limit: 10 } },
  ],
  run: ({ tenant, platform }, query) => platform.catalogue.devices(tenant, query),
})

export const getDevice = document({
  name: 'devices.get',
  summary: 'Tells what is known of one device.',
  scope: 'read',
  http: { method: 'GET', path: '/devices/{device}' },
  input: z.strictObject({ device: deviceName }),
  output: device,
  examples: [{ title: 'One device', input: { device: 'boiler' } }],
  async run({ tenant, platform }, { device }) {
    const found = await platform.catalogue.device(tenant, device)
    if (!found) throw new NotFoundError(`there is no device '${device}'`)
    return found
  },
})

export const putDevice = document({
  name: 'devices.put',
  summary: 'Registers a device, or replaces what is known of it.',
  description:
    'The metadata that is sent replaces all metadata that was there; readings, channels and last seen stay as they are.',
  scope: 'write',
  http: { method: 'PUT', path: '/devices/{device}' },
  input: deviceMetadata.extend({ device: deviceName }),
  output: device,
  examples: [
    {
      title: 'A boiler and where it stands',
      input: { device: 'boiler', kind: 'sensor', location: 'Berlin / Hall 2', units: { temperature: 'Cel' } },
    },
  ],
  run: ({ tenant, platform }, { device, ...metadata }) =>
    platform.catalogue.putDevice(tenant, device, metadata, platform.clock.now()),
})

export const deviceOperations = [listDevices, getDevice, putDevice]
