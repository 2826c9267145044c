// Operations on keys, tenants and settings.

import { z } from 'zod'
import { type KeyRecord, keyScopes } from '#stores/catalogue/catalogue.ts'
import { document } from '../operation.ts'
import { epoch_ms, tenantName } from '../schemas.ts'
import { tenantSettings } from './settings.ts'

const scope = z.enum(keyScopes)
const key = z.strictObject({
  prefix: z.string().describe('The public part, by which the key is named'),
  tenant: z.string(),
  name: z.string(),
  scopes: z.array(scope),
  createdAt: epoch_ms,
})
const shown = ({ prefix, tenant, name, scopes, createdAt }: KeyRecord) => ({
  prefix,
  tenant,
  name,
  scopes: [...scopes],
  createdAt,
})

export const listKeys = document({
  name: 'keys.list',
  summary: 'Lists API keys, without their secrets.',
  scope: 'operator',
  http: { method: 'GET', path: '/keys' },
  input: z.strictObject({ tenant: tenantName.optional().describe('Only the keys of this tenant') }),
  output: z.strictObject({ keys: z.array(key) }),
  examples: [{ title: 'All keys', input: {} }],
  run: async ({ platform }, { tenant }) => ({ keys: (await platform.catalogue.keys(tenant)).map(shown) }),
})

export const createKey = document({
  name: 'keys.create',
  summary: 'Makes an API key. It is shown once and kept only as a hash.',
  description:
    'From the first key on, every request needs one. The first key has every scope unless it is told otherwise; later ' +
    'ones read and write. A tenant that does not exist yet is made.',
  scope: 'operator',
  http: { method: 'POST', path: '/keys' },
  input: z.strictObject({
    name: z.string().min(1).max(100).describe('What it is for, in your words'),
    tenant: tenantName.optional().describe("Whose readings it opens; one's own when absent"),
    scopes: z
      .array(scope)
      .min(1)
      .optional()
      .describe('read, write, admin (all of one tenant), operator (tenants and keys)'),
  }),
  output: key.extend({ key: z.string().describe('The key itself, for this once') }),
  examples: [
    { title: 'The first key', input: { name: 'my laptop' } },
    { title: 'A key for the gateway in hall 2', input: { name: 'gateway hall 2', scopes: ['write'] } },
  ],
  async run({ platform, tenant: own }, { name, tenant = own, scopes }) {
    const { key, record } = await platform.access.createKey({ name, tenant, scopes })
    return { key, ...shown(record) }
  },
})

export const deleteKey = document({
  name: 'keys.delete',
  summary: 'Takes an API key back. Other processes follow within seconds.',
  scope: 'operator',
  http: { method: 'DELETE', path: '/keys/{prefix}' },
  input: z.strictObject({ prefix: z.string().max(64).describe('The public part: mr_<prefix>_...') }),
  output: z.strictObject({ deleted: z.string() }),
  examples: [{ title: 'By its prefix', input: { prefix: 'abcdefgh2345' } }],
  async run({ platform }, { prefix }) {
    await platform.access.deleteKey(prefix)
    return { deleted: prefix }
  },
})

const tenant = z.strictObject({ tenant: z.string(), createdAt: epoch_ms })

export const listTenants = document({
  name: 'tenants.list',
  summary: 'Lists tenants.',
  scope: 'operator',
  http: { method: 'GET', path: '/tenants' },
  input: z.strictObject({}),
  output: z.strictObject({ tenants: z.array(tenant) }),
  examples: [{ title: 'All tenants', input: {} }],
  run: async ({ platform }) => ({ tenants: await platform.catalogue.tenants() }),
})

export const createTenant = document({
  name: 'tenants.create',
  summary: 'Makes a tenant; one that exists stays as it is.',
  scope: 'operator',
  http: { method: 'POST', path: '/tenants' },
  input: z.strictObject({ tenant: tenantName.describe('1 to 64 of a-z, 0-9, - and _') }),
  output: tenant,
  examples: [{ title: 'A second customer', input: { tenant: 'acme' } }],
  run: ({ platform }, { tenant }) => platform.catalogue.createTenant(tenant, platform.clock.now()),
})

export const getSettings = document({
  name: 'settings.get',
  summary: "Tells the tenant's settings.",
  scope: 'read',
  http: { method: 'GET', path: '/settings' },
  input: z.strictObject({}),
  output: tenantSettings,
  examples: [{ title: 'All settings', input: {} }],
  run: ({ tenant, platform }) => platform.settings.of(tenant),
})

export const putSettings = document({
  name: 'settings.put',
  summary: "Replaces the tenant's settings.",
  scope: 'admin',
  http: { method: 'PUT', path: '/settings' },
  input: tenantSettings,
  output: tenantSettings,
  examples: [{ title: 'Take readings of registered devices only', input: { unknownDevices: 'refuse' } }],
  run: ({ tenant, platform }, settings) => platform.settings.put(tenant, settings),
})

export const accessOperations = [listKeys, createKey, deleteKey, listTenants, createTenant, getSettings, putSettings]
