// What the tests of the SeriesStore contract are written with: an opened store, a tenant of its own, a reading, an append.

import { randomUUID } from 'node:crypto'
import { stored } from '#core/reading.ts'
import { type Tenant, tenantOf } from '#core/tenant.ts'
import type { Catalogue } from '#stores/catalogue/catalogue.ts'
import { type BatchReading, batchOf } from './batch.ts'
import type { SeriesStore } from './store.ts'

/** A store and the catalogue beside it, opened with a clock at 2026 or later and rollups that wait for nothing. */
export type OpenedSeriesStore = AsyncDisposable & {
  readonly store: SeriesStore
  readonly catalogue: Catalogue
  /** Closes both and opens the same data again, as a restart would. */
  reopen(): Promise<OpenedSeriesStore>
}

export type ContractOptions = {
  /** Why it cannot run here. */
  readonly skip?: string
  /** Runs of each property test. */
  readonly runs?: number
}

export const start = Date.UTC(2023, 10, 14, 22, 0, 0)
export const all = { from: 0, to: 7e12 }
export const { accepted, duplicate, conflict, unknownDevice } = stored
const prefix = randomUUID().slice(0, 8)
let tenants = 0

/** A tenant that nobody else uses. */
export async function freshTenant({ catalogue }: OpenedSeriesStore): Promise<Tenant> {
  const tenant = tenantOf(`t${prefix}-${tenants++}`)
  await catalogue.createTenant(tenant, start)
  return tenant
}

export const reading = (changes: Partial<BatchReading> = {}): BatchReading => ({
  id: randomUUID(),
  device: 'boiler',
  recordedAt: start,
  receivedAt: start + 500,
  values: { temperature: 21.5 },
  ...changes,
})

/** Appends the readings as one batch; the codes of `stored`, in order. */
export const append = async (
  store: SeriesStore,
  tenant: Tenant,
  readings: readonly BatchReading[],
  unknownDevices: 'create' | 'refuse' = 'create',
): Promise<number[]> => [...(await store.append(tenant, batchOf(readings).batch, { unknownDevices }))]

export const readAll = (store: SeriesStore, tenant: Tenant, devices: readonly string[] = ['boiler']) =>
  store.readings(tenant, { ...all, devices, order: 'ascending', limit: 10_000 })

export type Check = (title: string, body: (opened: OpenedSeriesStore, tenant: Tenant) => Promise<void>) => void
