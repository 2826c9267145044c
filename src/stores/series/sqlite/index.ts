// Readings in SQLite: one file per tenant, one table ordered by device and time, an id ledger beside it, rollups made
// afterwards. This side checks arguments and turns columns into what the port promises; the work is done in threads.

import { join } from 'node:path'
import type { Clock } from '#core/clock.ts'
import { InputError } from '#core/errors.ts'
import type { Reading } from '#core/reading.ts'
import type { SqliteDatabase } from '#databases/sqlite/index.ts'
import { idOfKey } from '../batch.ts'
import type { SeriesStore } from '../store.ts'
import type { Page } from './reads.ts'

/** How long one slice of `maintain` may keep the writing thread, ms. */
const slice_ms = 20

export type SqliteSeriesOptions = { readonly database: SqliteDatabase; readonly clock: Clock }

/** The store does not own the database: close that after it. */
export default async function openSqliteSeries({ database, clock }: SqliteSeriesOptions): Promise<SeriesStore> {
  const { read, write } = database.unit<typeof import('./unit.ts')>(new URL('./unit.ts', import.meta.url))
  return {
    profile: { name: 'sqlite', location: join(database.folder, 'tenants'), batchLimit: 10_000, shared: false },
    append(tenant, batch, { unknownDevices, signal }) {
      const transfer = [
        batch.device,
        batch.recordedAt,
        batch.receivedAt,
        batch.idKeys,
        batch.payloadHashes,
        batch.layout,
        batch.values,
        batch.valueStart,
      ]
      return write.append({ tenant }, { batch, create: unknownDevices === 'create' }, { signal, transfer })
    },
    async readings(tenant, query) {
      checkWhole('limit', query.limit, 10_000)
      if (query.devices.length === 0) return []
      return readingsOf(await read.readings({ tenant }, query))
    },
    async frame(tenant, device, query) {
      checkWhole('limit', query.limit, 1_000_000)
      return read.frame({ tenant }, { device, ...query })
    },
    async buckets(tenant, query) {
      checkWhole('bucket_ms', query.bucket_ms, Number.MAX_SAFE_INTEGER)
      if (query.devices.length === 0) return []
      return read.buckets({ tenant }, query)
    },
    latest: (tenant, devices) => read.latest({ tenant }, { devices }),
    extent: (tenant, device) => read.extent({ tenant }, { device }),
    maintain: (tenant) => write.maintain({ tenant }, { now: clock.now(), budget_ms: slice_ms }),
    async [Symbol.asyncDispose]() {},
  }
}

function checkWhole(field: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    const message = `${field} is ${value}: a whole number from 1 to ${most} is right`
    throw new InputError(message, [{ field, message }])
  }
}

function readingsOf(page: Page): Reading[] {
  const {
    count,
    devices,
    device,
    recordedAt,
    receivedAt,
    idKeys,
    idTexts,
    layouts,
    layout,
    values,
    valueStart,
    labels,
  } = page
  return Array.from({ length: count }, (_, i) => {
    const names = layouts[layout[i]!]!
    const start = valueStart[i]!
    const record: Record<string, number> = {}
    for (let k = 0; k < names.length; k++) record[names[k]!] = values[start + k]!
    const label = labels.get(i)
    return {
      id: idTexts.get(i) ?? idOfKey(idKeys, i * 16),
      device: devices[device[i]!]!,
      recordedAt: recordedAt[i]!,
      receivedAt: receivedAt[i]!,
      values: record,
      ...(label !== undefined && { label }),
    }
  })
}
