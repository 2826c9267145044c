// Puts a fleet's devices into the catalogue before the first of them sends; those that are there as they should be are
// left alone, so that a restart with ten thousand devices writes nothing.

import { isDeepStrictEqual } from 'node:util'
import type { DeviceMetadata } from '#core/device.ts'
import type { Tenant } from '#core/tenant.ts'
import type { Catalogue } from '#stores/catalogue/catalogue.ts'
import type { Member } from './roster.ts'

const page = 10_000

/** Returns recordedAt of the fleet's newest reading, undefined when it has none. */
export async function registerMembers(
  catalogue: Catalogue,
  tenant: Tenant,
  fleet: string,
  members: readonly Member[],
  at: number,
): Promise<number | undefined> {
  const known = new Map<string, DeviceMetadata>()
  let newest: number | undefined
  for (let offset = 0; ; offset += page) {
    const query = { search: fleet, kind: 'synthetic', sort: 'device', order: 'ascending', limit: page, offset } as const
    const { devices } = await catalogue.devices(tenant, query)
    for (const { device, createdAt, lastSeenAt, lastRecordedAt, channels, ...metadata } of devices) {
      known.set(device, metadata)
      if (metadata.fleet === fleet && lastRecordedAt !== undefined) newest = Math.max(newest ?? 0, lastRecordedAt)
    }
    if (devices.length < page) break
  }
  const changed = members.filter(({ device, metadata }) => !isDeepStrictEqual(known.get(device), metadata))
  for (let first = 0; first < changed.length; first += page) {
    await catalogue.putDevices(tenant, changed.slice(first, first + page), at)
  }
  return newest
}
