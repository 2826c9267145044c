// Operation: what runs here, at a glance.

import { z } from 'zod'
import { document } from './operation.ts'

export const overview = document({
  name: 'overview',
  summary: 'Tells what runs here: version, tenant, store, number of devices.',
  scope: 'read',
  http: { method: 'GET', path: '/overview' },
  input: z.strictObject({}),
  output: z.strictObject({
    version: z.string(),
    tenant: z.string(),
    open: z.boolean().describe('No API key exists yet: whoever sits at this computer may do everything'),
    store: z.strictObject({ name: z.string(), location: z.string() }),
    devices: z.int(),
    uptime_s: z.number(),
  }),
  examples: [{ title: 'At a glance', input: {} }],
  async run({ tenant, platform }) {
    const { version, access, store, catalogue, clock, startedAt } = platform
    const one = { sort: 'device', order: 'ascending', limit: 1, offset: 0 } as const
    const [open, { total }] = await Promise.all([access.isOpen(), catalogue.devices(tenant, one)])
    return {
      version,
      tenant,
      open,
      store: { name: store.profile.name, location: store.profile.location },
      devices: total,
      uptime_s: Math.round((clock.now() - startedAt) / 1000),
    }
  },
})
