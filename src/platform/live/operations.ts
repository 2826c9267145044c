// Operation: readings as they are committed.

import { z } from 'zod'
import { events } from '../operation.ts'
import { deviceList, reading } from '../schemas.ts'

export const watchLive = events({
  name: 'live.watch',
  summary: 'Streams readings as they are committed, as server-sent events.',
  description:
    'Each event is called readings and carries a group. A listener that cannot keep up loses the oldest ones; `lost` ' +
    'says how many, and they are in the store all the same. A comment every 15 s keeps the connection alive.',
  scope: 'read',
  http: { method: 'GET', path: '/live' },
  input: z.strictObject({ devices: deviceList.optional().describe('Only these devices; all when absent') }),
  output: z.strictObject({ readings: z.array(reading), lost: z.int().min(0) }),
  examples: [{ title: 'Everything that arrives', input: {} }],
  run({ tenant, platform, signal }, filter) {
    // Subscribed before the answer begins, so that too many listeners are an error and nothing is missed after it.
    const groups = platform.live.subscribe(tenant, filter, signal)
    return (async function* () {
      for await (const data of groups) yield { event: 'readings', data }
    })()
  },
})

export const liveOperations = [watchLive]
