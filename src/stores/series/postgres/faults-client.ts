// The client that faults.test.ts kills: appends for ever, two batches at a time, and after each answer writes a line with
// the ids that are stored.

import { randomUUID } from 'node:crypto'
import { stored } from '#core/reading.ts'
import { tenantOf } from '#core/tenant.ts'
import { openPostgres } from '#databases/postgres/index.ts'
import { batchOf } from '../batch.ts'
import openStore from './index.ts'

const database = await openPostgres({ url: process.argv[2]!, connections: 4 })
const store = openStore({ database })

async function forever(): Promise<never> {
  for (;;) {
    const readings = Array.from({ length: 100 }, (_, i) => ({
      id: randomUUID(),
      device: `d${i % 7}`,
      recordedAt: Date.UTC(2023, 10, 14) + i,
      receivedAt: Date.UTC(2023, 10, 14) + i,
      values: { a: i },
    }))
    const { batch, ids } = batchOf(readings)
    const codes = await store.append(tenantOf('local'), batch, { unknownDevices: 'create' })
    if (codes.every((code) => code === stored.accepted)) process.stdout.write(`${ids.join(' ')}\n`)
  }
}
await Promise.all([forever(), forever()])
