// What every Catalogue keeps. Every test works with names of its own, so one database may serve them all.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { DeviceMetadata } from '#core/device.ts'
import { type Tenant, tenantOf } from '#core/tenant.ts'
import type { Catalogue, DevicesQuery, KeyRecord } from './catalogue.ts'

export type OpenedCatalogue = AsyncDisposable & {
  readonly catalogue: Catalogue
  /** Closes it and opens the same data again, as a restart would. */
  reopen(): Promise<OpenedCatalogue>
}

const at = Date.UTC(2023, 10, 14, 22)
const prefix = randomUUID().slice(0, 8)
let names = 0
const freshName = () => `c${prefix}-${names++}`

async function freshTenant(catalogue: Catalogue): Promise<Tenant> {
  const tenant = tenantOf(freshName())
  await catalogue.createTenant(tenant, at)
  return tenant
}

export function testCatalogue(
  name: string,
  open: () => Promise<OpenedCatalogue>,
  { skip }: { readonly skip?: string } = {},
): void {
  const check = (title: string, body: (catalogue: Catalogue) => Promise<void>) =>
    test(`${name}: ${title}`, { skip: skip ?? false }, async () => {
      await using opened = await open()
      await body(opened.catalogue)
    })
  testTenantsAndKeys(check)
  testDevices(check)
  testDocuments(check)
  test(`${name}: everything is there after a restart`, { skip: skip ?? false }, async () => {
    const before = await open()
    const tenant = await freshTenant(before.catalogue)
    const key = keyOf(tenant)
    await before.catalogue.putKey(key)
    await before.catalogue.putDevice(tenant, 'boiler', { kind: 'sensor' }, at)
    await before.catalogue.putDocument(tenant, 'model', 'm', [1, 'ä'], at)
    await using after = await before.reopen()
    ok((await after.catalogue.tenants()).some((record) => record.tenant === tenant))
    deepEqual(await after.catalogue.keyByPrefix(key.prefix), key)
    equal((await after.catalogue.device(tenant, 'boiler'))?.kind, 'sensor')
    deepEqual(await after.catalogue.document(tenant, 'model', 'm'), [1, 'ä'])
  })
}

type Check = (title: string, body: (catalogue: Catalogue) => Promise<void>) => void

const keyOf = (tenant: Tenant, changes: Partial<KeyRecord> = {}): KeyRecord => ({
  prefix: randomUUID().replaceAll('-', '').slice(0, 12),
  tenant,
  name: 'laptop',
  scopes: ['read', 'write'],
  hash: 'ab'.repeat(32),
  createdAt: at,
  ...changes,
})

function testTenantsAndKeys(check: Check): void {
  check('a tenant is created once and keeps its first time', async (catalogue) => {
    const tenant = tenantOf(freshName())
    deepEqual(await catalogue.createTenant(tenant, at), { tenant, createdAt: at })
    deepEqual(await catalogue.createTenant(tenant, at + 5), { tenant, createdAt: at })
    const records = (await catalogue.tenants()).filter((record) => record.tenant === tenant)
    deepEqual(records, [{ tenant, createdAt: at }])
  })
  check('keys are found by prefix, listed by tenant and age, and deleted', async (catalogue) => {
    const [mine, other] = [await freshTenant(catalogue), await freshTenant(catalogue)]
    const keys = [
      keyOf(mine, { createdAt: at + 2, scopes: ['admin'], name: 'zweiter ☂' }),
      keyOf(mine, { createdAt: at + 1 }),
      keyOf(other, { createdAt: at + 3, scopes: ['operator', 'read'] }),
    ]
    for (const key of keys) await catalogue.putKey(key)
    deepEqual(await catalogue.keyByPrefix(keys[0]!.prefix), keys[0])
    equal(await catalogue.keyByPrefix('nothing'), undefined)
    deepEqual(await catalogue.keys(mine), [keys[1], keys[0]])
    const own = (await catalogue.keys()).filter((key) => key.tenant === mine || key.tenant === other)
    deepEqual(own, [keys[1], keys[0], keys[2]])
    equal(await catalogue.deleteKey(keys[1]!.prefix), true)
    equal(await catalogue.deleteKey(keys[1]!.prefix), false)
    deepEqual(await catalogue.keys(mine), [keys[0]])
  })
}

function testDevices(check: Check): void {
  check('a device keeps its metadata, and putting it again replaces all of it', async (catalogue) => {
    const tenant = await freshTenant(catalogue)
    const metadata: DeviceMetadata = {
      kind: 'camera',
      location: 'Berlin / Hall 2',
      mac: '02:00:5e:10:00:01',
      ip: '2001:db8::7',
      firmware: '1.2.3',
      latitude: 52.52,
      longitude: -13.405,
      twinOf: 'a',
      fleet: 'f',
      units: { temperature: 'Cel' },
      tags: { room: '12', größe: "o'c" },
    }
    const made = await catalogue.putDevice(tenant, 'boiler', metadata, at)
    deepEqual(made, { device: 'boiler', createdAt: at, channels: [], ...metadata })
    deepEqual(await catalogue.device(tenant, 'boiler'), made)
    const again = await catalogue.putDevice(tenant, 'boiler', { ip: '10.0.0.1' }, at + 9)
    deepEqual(again, { device: 'boiler', createdAt: at, channels: [], ip: '10.0.0.1' })
    deepEqual(await catalogue.device(tenant, 'boiler'), again)
    equal(await catalogue.device(tenant, 'Boiler'), undefined)
    equal(await catalogue.device(await freshTenant(catalogue), 'boiler'), undefined)
  })
  check('many devices are put at once, each as if alone', async (catalogue) => {
    const tenant = await freshTenant(catalogue)
    await catalogue.putDevice(tenant, 'b', { location: 'before' }, at)
    const entries = ['c', 'b', 'a'].map((device) => ({ device, metadata: { location: device, units: { t: 'Cel' } } }))
    await catalogue.putDevices(tenant, entries, at + 5)
    await catalogue.putDevices(tenant, [], at + 6)
    const query = { sort: 'device', order: 'ascending', limit: 10, offset: 0 } as const
    deepEqual(
      (await catalogue.devices(tenant, query)).devices.map((d) => [d.device, d.location, d.units?.['t'], d.createdAt]),
      [
        ['a', 'a', 'Cel', at + 5],
        ['b', 'b', 'Cel', at],
        ['c', 'c', 'Cel', at + 5],
      ],
    )
    equal((await catalogue.devices(await freshTenant(catalogue), query)).total, 0)
  })
  check('devices are searched, filtered, sorted and paged, with the number of all', async (catalogue) => {
    const tenant = await freshTenant(catalogue)
    const put = (device: string, metadata: DeviceMetadata, offset = 0) =>
      catalogue.putDevice(tenant, device, metadata, at + offset)
    await put('alpha', { location: 'Hall 2', kind: 'sensor' }, 5)
    await put('beta', { mac: 'aa:bb:cc:00:11:22', kind: 'synthetic' }, 4)
    await put('gamma', { ip: '10.1.2.3', location: 'Attic' }, 3)
    await put('delta_1', { firmware: 'v2.0-ALPHA', kind: 'sensor' }, 2)
    await put('delta%1', {}, 1)
    const ask = async (query: Partial<DevicesQuery>) => {
      const page = { sort: 'device', order: 'ascending', limit: 10, offset: 0, ...query } as const
      const { devices, total } = await catalogue.devices(tenant, page)
      return [total, ...devices.map((d) => d.device)]
    }
    deepEqual(await ask({}), [5, 'alpha', 'beta', 'delta%1', 'delta_1', 'gamma'])
    deepEqual(await ask({ order: 'descending', limit: 2, offset: 1 }), [5, 'delta_1', 'delta%1'])
    deepEqual(await ask({ sort: 'createdAt', limit: 3 }), [5, 'delta%1', 'delta_1', 'gamma'])
    deepEqual(await ask({ search: 'ALPHA' }), [2, 'alpha', 'delta_1'])
    deepEqual(await ask({ search: 'BB:CC' }), [1, 'beta'])
    deepEqual(await ask({ search: '10.1' }), [1, 'gamma'])
    deepEqual(await ask({ search: 'hall' }), [1, 'alpha'])
    // What means something to a database's pattern is a plain character here.
    deepEqual(await ask({ search: '%' }), [1, 'delta%1'])
    deepEqual(await ask({ search: 'a_1' }), [1, 'delta_1'])
    deepEqual(await ask({ kind: 'sensor' }), [2, 'alpha', 'delta_1'])
    deepEqual(await ask({ kind: 'sensor', search: 'hall' }), [1, 'alpha'])
    deepEqual(await ask({ offset: 9 }), [5])
    // What has no value comes last in either order, and the name decides among equals.
    deepEqual((await ask({ sort: 'location' })).slice(0, 3), [5, 'gamma', 'alpha'])
    deepEqual((await ask({ sort: 'location', order: 'descending' })).slice(0, 3), [5, 'alpha', 'gamma'])
    deepEqual((await ask({ sort: 'kind' })).slice(0, 4), [5, 'alpha', 'delta_1', 'beta'])
    deepEqual((await ask({ sort: 'lastSeenAt' })).length, 6)
    const other = await freshTenant(catalogue)
    const page = { sort: 'device', order: 'ascending', limit: 10, offset: 0 } as const
    deepEqual(await catalogue.devices(other, page), { devices: [], total: 0 })
  })
}

function testDocuments(check: Check): void {
  check('documents are put, replaced, listed by name and deleted, tenant by tenant', async (catalogue) => {
    const [mine, other] = [await freshTenant(catalogue), await freshTenant(catalogue)]
    const value = { a: [1, 2.5, null, 'ä'], nested: { deep: true }, big: 'x'.repeat(300_000) }
    await catalogue.putDocument(mine, 'model', 'b', value, at)
    await catalogue.putDocument(mine, 'model', 'a', 7, at + 1)
    await catalogue.putDocument(mine, 'fleet', 'a', 'fleet', at)
    await catalogue.putDocument(other, 'model', 'a', 'theirs', at)
    deepEqual(await catalogue.document(mine, 'model', 'b'), value)
    deepEqual(await catalogue.documents(mine, 'model'), [
      { name: 'a', value: 7, updatedAt: at + 1 },
      { name: 'b', value, updatedAt: at },
    ])
    await catalogue.putDocument(mine, 'model', 'a', [8], at + 2)
    deepEqual(await catalogue.document(mine, 'model', 'a'), [8])
    equal(await catalogue.document(mine, 'model', 'c'), undefined)
    equal(await catalogue.deleteDocument(mine, 'model', 'a'), true)
    equal(await catalogue.deleteDocument(mine, 'model', 'a'), false)
    equal(await catalogue.document(mine, 'model', 'a'), undefined)
    equal(await catalogue.document(mine, 'fleet', 'a'), 'fleet')
    deepEqual(await catalogue.documents(other, 'model'), [{ name: 'a', value: 'theirs', updatedAt: at }])
  })
}
