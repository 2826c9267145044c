// A catalogue that keeps everything in memory: what the port means, in the fewest lines. Copy this folder to
// src/stores/catalogue/<name>, run `npm run registry`, and replace the maps by a database.

import type { Device } from '#core/device.ts'
import { InputError } from '#core/errors.ts'
import type { Tenant } from '#core/tenant.ts'
import type { Catalogue, DevicesQuery, KeyRecord, NamedDevice, TenantRecord } from '../catalogue.ts'

/** The series store beside it moves what devices have sent, so both are given the same map. */
export type TemplateOptions = { readonly devices: Map<Tenant, Map<string, Device>> }

type Document = { readonly name: string; readonly text: string; readonly updatedAt: number }

export default async function openTemplateCatalogue({ devices }: TemplateOptions): Promise<Catalogue> {
  const tenants = new Map<Tenant, TenantRecord>()
  const keys = new Map<string, KeyRecord>()
  const documents = new Map<string, Document>()
  const placeOf = (tenant: Tenant, kind: string, name: string) => JSON.stringify([tenant, kind, name])
  const devicesOf = (tenant: Tenant) => {
    if (!devices.has(tenant)) devices.set(tenant, new Map())
    return devices.get(tenant)!
  }

  const put = (tenant: Tenant, { device, metadata }: NamedDevice, at: number): Device => {
    const before = devicesOf(tenant).get(device)
    const made: Device = {
      ...metadata,
      device,
      createdAt: before?.createdAt ?? at,
      channels: before?.channels ?? [],
      ...(before?.lastSeenAt !== undefined && { lastSeenAt: before.lastSeenAt }),
      ...(before?.lastRecordedAt !== undefined && { lastRecordedAt: before.lastRecordedAt }),
    }
    devicesOf(tenant).set(device, made)
    return made
  }

  return {
    async createTenant(tenant, createdAt) {
      if (!tenants.has(tenant)) tenants.set(tenant, { tenant, createdAt })
      return tenants.get(tenant)!
    },
    tenants: async () => [...tenants.values()],
    async putKey(key) {
      keys.set(key.prefix, key)
    },
    keyByPrefix: async (prefix) => keys.get(prefix),
    keys: async (tenant) =>
      [...keys.values()]
        .filter((key) => tenant === undefined || key.tenant === tenant)
        .sort((a, b) => a.createdAt - b.createdAt),
    deleteKey: async (prefix) => keys.delete(prefix),

    putDevice: async (tenant, device, metadata, at) => put(tenant, { device, metadata }, at),
    async putDevices(tenant, entries, at) {
      for (const entry of entries) put(tenant, entry, at)
    },
    device: async (tenant, device) => devicesOf(tenant).get(device),
    async devices(tenant, query) {
      if (!(query.limit >= 1 && query.limit <= 10_000)) {
        throw new InputError(`limit is ${query.limit}: 1 to 10000 is right`)
      }
      const found = [...devicesOf(tenant).values()].filter((device) => matches(device, query)).sort(orderOf(query))
      return { devices: found.slice(query.offset, query.offset + query.limit), total: found.length }
    },

    async putDocument(tenant, kind, name, value, updatedAt) {
      documents.set(placeOf(tenant, kind, name), { name, text: JSON.stringify(value), updatedAt })
    },
    async document(tenant, kind, name) {
      const found = documents.get(placeOf(tenant, kind, name))
      return found && (JSON.parse(found.text) as unknown)
    },
    documents: async (tenant, kind) =>
      [...documents]
        .filter(([place]) => place.startsWith(JSON.stringify([tenant, kind, '']).slice(0, -2)))
        .map(([, { name, text, updatedAt }]) => ({ name, value: JSON.parse(text) as unknown, updatedAt }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    deleteDocument: async (tenant, kind, name) => documents.delete(placeOf(tenant, kind, name)),
    async [Symbol.asyncDispose]() {},
  }
}

function matches(device: Device, { search = '', kind }: DevicesQuery): boolean {
  if (kind && device.kind !== kind) return false
  const texts = [device.device, device.location, device.mac, device.ip, device.firmware]
  return texts.some((text) => text?.toLowerCase().includes(search.toLowerCase()))
}

function orderOf({ sort, order }: DevicesQuery): (a: Device, b: Device) => number {
  const sign = order === 'ascending' ? 1 : -1
  return (a, b) => {
    const [x, y] = [a[sort], b[sort]]
    // What has no value comes last in either order, and the name decides among equals.
    if (x === y) return a.device < b.device ? -1 : 1
    if (x === undefined || y === undefined) return x === undefined ? 1 : -1
    return x < y ? -sign : sign
  }
}
