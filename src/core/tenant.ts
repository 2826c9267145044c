// Tenant: whose it is. First argument of every call that touches stored data, and a type of its own,
// so that the compiler catches a device's name in its place.

import { InputError } from './errors.ts'

/** 1-64 characters of a-z, 0-9, '-' and '_', starting with a letter or digit. It names a file. */
export type Tenant = string & { readonly __tenant: unique symbol }

export function tenantOf(name: string): Tenant {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) {
    throw new InputError(
      `'${name}' is not a tenant name: 1 to 64 of a-z, 0-9, '-' and '_', starting with a letter or digit`,
    )
  }
  return name as Tenant
}

/** The tenant of a laptop: who asks from loopback while no API key exists. */
export const localTenant: Tenant = tenantOf('local')
