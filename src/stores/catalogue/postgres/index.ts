// The Catalogue on PostgreSQL. Tenants and keys are looked up before a tenant is known, in transactions that see them
// and nothing else; everything of a tenant goes through transactions that see that tenant and nothing else.

import type { TransactionSql } from 'postgres'
import type { Device, DeviceMetadata } from '#core/device.ts'
import { BugError } from '#core/errors.ts'
import type { Tenant } from '#core/tenant.ts'
import { type PostgresDatabase, textArrayOf } from '#databases/postgres/index.ts'
import type { Catalogue, DevicesQuery, KeyRecord, KeyScope } from '../catalogue.ts'

/** The catalogue. Disposing of it leaves the database open: it belongs to whoever opened it. */
export default function openPostgresCatalogue({ database }: { readonly database: PostgresDatabase }): Catalogue {
  return {
    createTenant: (tenant, at) =>
      database.catalogue(async (sql) => {
        await sql`insert into tenant (tenant, created_at) values (${tenant}, ${at}) on conflict do nothing`
        const [row] = await sql`select created_at from tenant where tenant = ${tenant}`
        return { tenant, createdAt: row!.created_at }
      }),
    tenants: () =>
      database.catalogue(async (sql) => {
        const rows = await sql`select tenant, created_at from tenant order by tenant`
        return rows.map((row) => ({ tenant: row.tenant as Tenant, createdAt: row.created_at }))
      }),

    putKey: (key) =>
      database.catalogue(async (sql) => {
        await sql`
          insert into api_key (prefix, tenant, name, scopes, hash, created_at)
          values (${key.prefix}, ${key.tenant}, ${key.name}, ${key.scopes.join(' ')}, ${key.hash}, ${key.createdAt})
          on conflict (prefix) do update set tenant = excluded.tenant, name = excluded.name, scopes = excluded.scopes,
            hash = excluded.hash, created_at = excluded.created_at`
      }),
    keyByPrefix: (prefix) =>
      database.catalogue(async (sql) => {
        const [row] = await sql`select * from api_key where prefix = ${prefix}`
        return row && keyOf(row)
      }),
    keys: (tenant) =>
      database.catalogue(async (sql) => {
        const rows = await sql`
          select * from api_key ${tenant ? sql`where tenant = ${tenant}` : sql``} order by created_at, prefix`
        return rows.map(keyOf)
      }),
    deleteKey: (prefix) =>
      database.catalogue(async (sql) => (await sql`delete from api_key where prefix = ${prefix}`).count > 0),

    putDevice: (tenant, device, metadata, at) =>
      database.write(tenant, async (sql) => {
        await sql`
          insert into device (tenant, device, created_at, metadata)
          values (${tenant}, ${device}, ${at}, ${JSON.stringify(metadata)}::text::jsonb)
          on conflict (tenant, device) do update set metadata = excluded.metadata`
        const found = await deviceOf(sql, device)
        if (!found) throw new BugError(`device '${device}' is missing right after it was written`)
        return found
      }),
    putDevices: (tenant, devices, at) =>
      database.write(tenant, async (sql) => {
        // Sorted by name, so that two processes that register the same devices do not wait for each other in a circle.
        const sorted = devices.toSorted((a, b) => (a.device < b.device ? -1 : 1))
        await sql`
          insert into device (tenant, device, created_at, metadata)
          select ${tenant}, d.device, ${at}, d.metadata::jsonb
          from unnest(${textArrayOf(sorted.map((d) => d.device))}::text[],
              ${textArrayOf(sorted.map((d) => JSON.stringify(d.metadata)))}::text[])
            as d (device, metadata)
          on conflict (tenant, device) do update set metadata = excluded.metadata`
      }),
    device: (tenant, device) => database.read(tenant, (sql) => deviceOf(sql, device)),
    devices: (tenant, query) => database.read(tenant, (sql) => devicePage(sql, query)),

    putDocument: (tenant, kind, name, value, at) =>
      database.write(tenant, async (sql) => {
        await sql`
          insert into document (tenant, kind, name, updated_at, value)
          values (${tenant}, ${kind}, ${name}, ${at}, ${JSON.stringify(value)})
          on conflict (tenant, kind, name) do update set value = excluded.value, updated_at = excluded.updated_at`
      }),
    document: (tenant, kind, name) =>
      database.read(tenant, async (sql) => {
        const [row] = await sql`select value from document where kind = ${kind} and name = ${name}`
        return row && JSON.parse(row.value)
      }),
    documents: (tenant, kind) =>
      database.read(tenant, async (sql) => {
        const rows = await sql`select name, value, updated_at from document where kind = ${kind} order by name`
        return rows.map((row) => ({ name: row.name, value: JSON.parse(row.value), updatedAt: row.updated_at }))
      }),
    deleteDocument: (tenant, kind, name) =>
      database.write(
        tenant,
        async (sql) => (await sql`delete from document where kind = ${kind} and name = ${name}`).count > 0,
      ),
    async [Symbol.asyncDispose]() {},
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a row of the client
type Row = Record<string, any>

const keyOf = (row: Row): KeyRecord => ({
  prefix: row.prefix,
  tenant: row.tenant,
  name: row.name,
  scopes: row.scopes.split(' ').filter(Boolean) as KeyScope[],
  hash: row.hash,
  createdAt: row.created_at,
})

/** What `append` keeps of a device, drawn together from its states. */
const seen = (sql: TransactionSql) => sql`
  left join lateral (
    select max(s.seen_at) as seen_at, max(s.last_at) as last_at,
      (select array_to_json(array_agg(distinct c order by c)) from device_state t join layout using (layout_key),
        unnest(channels) c where t.device_key = d.device_key) as channels
    from device_state s where s.device_key = d.device_key) s on true`

async function deviceOf(sql: TransactionSql, device: string): Promise<Device | undefined> {
  const [row] = await sql`
    select d.device, d.created_at, d.metadata, s.* from device d ${seen(sql)} where d.device = ${device}`
  return row && toDevice(row)
}

/**
 * Sorts and cuts the page on devices and their last seen alone; channels are fetched for the page only. A device
 * without the field that is sorted by comes last in either order.
 */
async function devicePage(sql: TransactionSql, query: DevicesQuery): Promise<{ devices: Device[]; total: number }> {
  const pattern = query.search && `%${query.search.replace(/[\\%_]/g, '\\$&')}%`
  const matches = sql`
    true
    ${
      pattern
        ? sql`and (d.device ilike ${pattern} or metadata->>'location' ilike ${pattern} or metadata->>'mac' ilike ${pattern}
          or metadata->>'ip' ilike ${pattern} or metadata->>'firmware' ilike ${pattern})`
        : sql``
    }
    ${query.kind ? sql`and metadata->>'kind' = ${query.kind}` : sql``}`
  const key = {
    device: sql`d.device`,
    createdAt: sql`d.created_at`,
    location: sql`(metadata->>'location') collate "C"`,
    kind: sql`(metadata->>'kind') collate "C"`,
    lastSeenAt: sql`(select max(s.seen_at) from device_state s where s.device_key = d.device_key)`,
  }[query.sort]
  const direction = query.order === 'ascending' ? sql`asc` : sql`desc`
  const rows = await sql`
    with page as (
      select d.device_key, row_number() over (order by ${key} ${direction} nulls last, d.device ${direction}) as place
      from device d where ${matches} order by place limit ${query.limit} offset ${query.offset})
    select d.device, d.created_at, d.metadata, s.* from page join device d using (device_key) ${seen(sql)}
    order by place`
  const [count] = await sql`select count(*) as total from device d where ${matches}`
  return { devices: rows.map(toDevice), total: count!.total }
}

function toDevice(row: Row): Device {
  const metadata = row.metadata as DeviceMetadata
  return {
    ...metadata,
    device: row.device,
    createdAt: row.created_at,
    ...(row.seen_at === null ? {} : { lastSeenAt: row.seen_at, lastRecordedAt: row.last_at }),
    channels: row.channels ?? [],
  }
}
