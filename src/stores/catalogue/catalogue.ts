// The Catalogue port: tenants, API keys, devices and small documents (models, fleets, settings).
// Everything but tenants and keys belongs to one tenant and is kept where that tenant's readings are.

import type { Device, DeviceMetadata } from '#core/device.ts'
import type { Tenant } from '#core/tenant.ts'

export type TenantRecord = { readonly tenant: Tenant; readonly createdAt: number }

export const keyScopes = ['read', 'write', 'admin', 'operator'] as const
/** read: query. write: send readings. admin: all of the key's own tenant. operator: tenants and keys. */
export type KeyScope = (typeof keyScopes)[number]

export type KeyRecord = {
  /** Public part, by which the key is looked up: 12 characters. */
  readonly prefix: string
  readonly tenant: Tenant
  readonly name: string
  readonly scopes: readonly KeyScope[]
  /** SHA-256 of the whole key, hex. The key itself is kept nowhere. */
  readonly hash: string
  readonly createdAt: number
}

export type DevicesQuery = {
  /** Case-insensitive part of the name, location, MAC, IP or firmware. */
  readonly search?: string
  readonly kind?: string
  readonly sort: 'device' | 'lastSeenAt' | 'location' | 'kind' | 'createdAt'
  readonly order: 'ascending' | 'descending'
  /** 1 .. 10,000 */
  readonly limit: number
  readonly offset: number
}

export type NamedDevice = { readonly device: string; readonly metadata: DeviceMetadata }

export type Catalogue = AsyncDisposable & {
  /** Creates the tenant where it is missing. */
  createTenant(tenant: Tenant, at: number): Promise<TenantRecord>
  tenants(): Promise<TenantRecord[]>

  putKey(key: KeyRecord): Promise<void>
  keyByPrefix(prefix: string): Promise<KeyRecord | undefined>
  /** All keys, or one tenant's, oldest first. */
  keys(tenant?: Tenant): Promise<KeyRecord[]>
  /** Whether there was one. */
  deleteKey(prefix: string): Promise<boolean>

  /** Creates the device or replaces its metadata; what `append` keeps (last seen, channels) is untouched. */
  putDevice(tenant: Tenant, device: string, metadata: DeviceMetadata, at: number): Promise<Device>
  /** The same for many, in one transaction: a fleet registers its ten thousand at once. At most 10,000. */
  putDevices(tenant: Tenant, devices: readonly NamedDevice[], at: number): Promise<void>
  device(tenant: Tenant, device: string): Promise<Device | undefined>
  /** One page and the number of all that match. */
  devices(tenant: Tenant, query: DevicesQuery): Promise<{ devices: Device[]; total: number }>

  /** A JSON document by kind ('model', 'fleet', 'settings') and name. */
  putDocument(tenant: Tenant, kind: string, name: string, value: unknown, at: number): Promise<void>
  document(tenant: Tenant, kind: string, name: string): Promise<unknown>
  documents(tenant: Tenant, kind: string): Promise<{ name: string; value: unknown; updatedAt: number }[]>
  /** Whether there was one. */
  deleteDocument(tenant: Tenant, kind: string, name: string): Promise<boolean>
}
