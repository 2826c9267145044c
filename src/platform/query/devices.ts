// Which devices a query means. A device that is named and does not exist is an error, not an empty answer: a typing
// mistake should not look like silence.

import type { Device } from '#core/device.ts'
import { InputError, NotFoundError } from '#core/errors.ts'
import type { Tenant } from '#core/tenant.ts'
import type { Catalogue } from '#stores/catalogue/catalogue.ts'

/** Most devices of one query. */
export const devices_max = 10_000
/** Up to this many are looked up one by one; of more, all are listed at once. */
const single_max = 20

/** The devices of those names, or all of the tenant's, by name. Throws NotFoundError for names that do not exist. */
export async function devicesOf(catalogue: Catalogue, tenant: Tenant, names?: readonly string[]): Promise<Device[]> {
  if (names && names.length <= single_max) {
    return Promise.all(
      [...new Set(names)].map(async (name) => (await catalogue.device(tenant, name)) ?? missing([name])),
    )
  }
  const query = { sort: 'device', order: 'ascending', limit: devices_max, offset: 0 } as const
  const { devices, total } = await catalogue.devices(tenant, query)
  if (!names && total <= devices_max) return devices
  if (!names) {
    throw new InputError(`${total} devices are too many for one query; ${devices_max} are allowed`, [
      { field: 'devices', message: 'name the devices' },
    ])
  }
  const byName = new Map(devices.map((device) => [device.device, device]))
  // Of a fleet larger than the list, the rest is asked for by name.
  const found = await Promise.all(
    [...new Set(names)].map(async (name) => ({
      name,
      device: byName.get(name) ?? (total > devices_max ? await catalogue.device(tenant, name) : undefined),
    })),
  )
  const absent = found.filter(({ device }) => !device)
  if (absent.length > 0) missing(absent.map(({ name }) => name))
  return found.map(({ device }) => device!)
}

function missing(names: readonly string[]): never {
  const shown = names.slice(0, 5).map((name) => `'${name}'`)
  const more = names.length > 5 ? ` and ${names.length - 5} more` : ''
  throw new NotFoundError(`there is no device ${shown.join(', ')}${more}`)
}
