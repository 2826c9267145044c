// What runs inside the database threads for the catalogue: tenants and keys in the catalogue's file, devices and
// documents in the tenant's own, beside its readings.

import type { Device, DeviceMetadata } from '#core/device.ts'
import type { Tenant } from '#core/tenant.ts'
import type { Connection } from '#databases/sqlite/index.ts'
import { channelKeysOf } from '#databases/sqlite/newest.ts'
import type { DevicesQuery, KeyRecord, KeyScope, NamedDevice, TenantRecord } from '../catalogue.ts'

type Row = Record<string, string | number | Uint8Array | null>

export function createTenant({ statement }: Connection, { tenant, at }: { tenant: Tenant; at: number }): TenantRecord {
  statement('insert or ignore into tenant(tenant, created_at) values (?, ?)').run(tenant, at)
  return tenantOfRow(statement('select * from tenant where tenant = ?').get(tenant) as Row)
}

export const tenants = ({ statement }: Connection, _: undefined): TenantRecord[] =>
  (statement('select * from tenant order by created_at, tenant').all() as Row[]).map(tenantOfRow)

const tenantOfRow = (row: Row): TenantRecord => ({
  tenant: row['tenant'] as Tenant,
  createdAt: row['created_at'] as number,
})

export function putKey({ statement }: Connection, key: KeyRecord): void {
  statement('insert or replace into key(prefix, tenant, name, scopes, hash, created_at) values (?, ?, ?, ?, ?, ?)').run(
    key.prefix,
    key.tenant,
    key.name,
    key.scopes.join(' '),
    key.hash,
    key.createdAt,
  )
}

export function keyByPrefix({ statement }: Connection, { prefix }: { prefix: string }): KeyRecord | undefined {
  const row = statement('select * from key where prefix = ?').get(prefix) as Row | undefined
  return row && keyOfRow(row)
}

export const keys = ({ statement }: Connection, { tenant }: { tenant?: Tenant }): KeyRecord[] =>
  (
    statement('select * from key where tenant = coalesce(?, tenant) order by created_at, prefix').all(
      tenant ?? null,
    ) as Row[]
  ).map(keyOfRow)

export const deleteKey = ({ statement }: Connection, { prefix }: { prefix: string }): boolean =>
  Number(statement('delete from key where prefix = ?').run(prefix).changes) > 0

const keyOfRow = (row: Row): KeyRecord => ({
  prefix: row['prefix'] as string,
  tenant: row['tenant'] as Tenant,
  name: row['name'] as string,
  scopes: (row['scopes'] as string).split(' ').filter(Boolean) as KeyScope[],
  hash: row['hash'] as string,
  createdAt: row['created_at'] as number,
})

/** Fields of the metadata that are columns of their own, as they are spelled in the table. */
const plainColumns = {
  kind: 'kind',
  location: 'location',
  mac: 'mac',
  ip: 'ip',
  firmware: 'firmware',
  latitude: 'latitude',
  longitude: 'longitude',
  twinOf: 'twin_of',
  fleet: 'fleet',
} as const
const metadataColumns = [...Object.values(plainColumns), 'units', 'tags']

type Put = { device: string; metadata: DeviceMetadata; at: number }

export function putDevice(connection: Connection, put: Put): Device {
  writeDevice(connection, put)
  return deviceByName(connection, put)!
}

export function putDevices(
  connection: Connection,
  { devices, at }: { devices: readonly NamedDevice[]; at: number },
): void {
  for (const { device, metadata } of devices) writeDevice(connection, { device, metadata, at })
}

function writeDevice({ statement }: Connection, { device, metadata, at }: Put): void {
  const fields = Object.keys(plainColumns) as (keyof typeof plainColumns)[]
  statement(
    `insert into device(device, created_at, ${metadataColumns.join(', ')})
     values (?, ?${', ?'.repeat(metadataColumns.length)})
     on conflict (device) do update set ${metadataColumns.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  ).run(
    device,
    at,
    ...fields.map((field) => metadata[field] ?? null),
    metadata.units ? JSON.stringify(metadata.units) : null,
    metadata.tags ? JSON.stringify(metadata.tags) : null,
  )
}

const deviceColumns =
  'select device.*, last_seen_at, last_recorded_at, newest from device left join device_state using (device_key)'

export function deviceByName(connection: Connection, { device }: { device: string }): Device | undefined {
  const row = connection.statement(`${deviceColumns} where device = ?`).get(device) as Row | undefined
  return row && deviceOfRow(connection, row)
}

const sortColumns: Record<DevicesQuery['sort'], string> = {
  device: 'device',
  lastSeenAt: 'last_seen_at',
  location: 'location',
  kind: 'kind',
  createdAt: 'created_at',
}

export function devices(connection: Connection, query: DevicesQuery): { devices: Device[]; total: number } {
  const searched = ['device', 'location', 'mac', 'ip', 'firmware']
  const conditions = ['true']
  const parameters: Record<string, string> = {}
  if (query.search) {
    conditions.push(`(${searched.map((name) => `instr(lower(${name}), :search) > 0`).join(' or ')})`)
    parameters['search'] = query.search.toLowerCase()
  }
  if (query.kind) {
    conditions.push('kind = :kind')
    parameters['kind'] = query.kind
  }
  const where = `where ${conditions.join(' and ')}`
  const direction = query.order === 'ascending' ? 'asc' : 'desc'
  const order = `order by ${sortColumns[query.sort]} ${direction} nulls last, device ${query.sort === 'device' ? direction : 'asc'}`
  const rows = connection
    .statement(`${deviceColumns} ${where} ${order} limit :limit offset :offset`)
    .all({ ...parameters, limit: query.limit, offset: query.offset }) as Row[]
  const total = connection.statement(`select count(*) as n from device ${where}`).get(parameters)?.['n'] as number
  return { devices: rows.map((row) => deviceOfRow(connection, row)), total }
}

function deviceOfRow({ statement }: Connection, row: Row): Device {
  const name = statement('select channel from channel where channel_key = ?')
  const channels = row['newest']
    ? channelKeysOf(row['newest'] as Uint8Array).map((key) => name.get(key)!['channel'] as string)
    : []
  const device: Record<string, unknown> = { device: row['device'], createdAt: row['created_at'] }
  for (const [field, column] of Object.entries(plainColumns)) if (row[column] !== null) device[field] = row[column]
  for (const field of ['units', 'tags']) if (row[field] !== null) device[field] = JSON.parse(row[field] as string)
  if (row['last_seen_at'] !== null) device['lastSeenAt'] = row['last_seen_at']
  if (row['last_recorded_at'] !== null) device['lastRecordedAt'] = row['last_recorded_at']
  return { ...device, channels: channels.sort() } as unknown as Device
}

type DocumentName = { kind: string; name: string }

export function putDocument(
  { statement }: Connection,
  { kind, name, text, at }: DocumentName & { text: string; at: number },
): void {
  statement('insert or replace into document(kind, name, value, updated_at) values (?, ?, ?, ?)').run(
    kind,
    name,
    text,
    at,
  )
}

export const document = ({ statement }: Connection, { kind, name }: DocumentName): string | undefined =>
  statement('select value from document where kind = ? and name = ?').get(kind, name)?.['value'] as string | undefined

export const documents = (
  { statement }: Connection,
  { kind }: { kind: string },
): { name: string; text: string; updatedAt: number }[] =>
  (statement('select name, value, updated_at from document where kind = ? order by name').all(kind) as Row[]).map(
    (row) => ({
      name: row['name'] as string,
      text: row['value'] as string,
      updatedAt: row['updated_at'] as number,
    }),
  )

export const deleteDocument = ({ statement }: Connection, { kind, name }: DocumentName): boolean =>
  Number(statement('delete from document where kind = ? and name = ?').run(kind, name).changes) > 0
