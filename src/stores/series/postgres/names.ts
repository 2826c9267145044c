// Names to the short keys that rows carry, remembered per tenant. Keys never change and devices and layouts are never
// removed, so what is remembered stays true; only what is unknown is asked for. Bounded: a tenant's memory is dropped
// when all together hold too much, and filled again from the database.

import type { TransactionSql } from 'postgres'
import type { Tenant } from '#core/tenant.ts'
import { type PostgresDatabase, textArrayOf } from '#databases/postgres/index.ts'

const remembered_max = 200_000

export type Names = {
  /** Keys of devices for writing; undefined where one is unknown and must not be created. `seen[i]` is epoch ms. */
  devicesForWriting(
    tenant: Tenant,
    names: readonly string[],
    seen: readonly number[],
    create: boolean,
  ): Promise<(number | undefined)[]>
  layoutsForWriting(tenant: Tenant, layouts: readonly (readonly string[])[]): Promise<number[]>
  /** Key to name of those devices that exist. */
  devices(sql: TransactionSql, tenant: Tenant, names: readonly string[]): Promise<Map<number, string>>
  /** All layouts of the tenant: key to channel names. */
  layouts(sql: TransactionSql): Promise<Map<number, readonly string[]>>
}

export function namesOf(database: PostgresDatabase): Names {
  const tenants = new Map<Tenant, { devices: Map<string, number>; layouts: Map<string, number> }>()
  let remembered = 0
  const memoryOf = (tenant: Tenant) => {
    if (remembered > remembered_max) {
      tenants.clear()
      remembered = 0
    }
    const known = tenants.get(tenant)
    if (known) return known
    const fresh = { devices: new Map<string, number>(), layouts: new Map<string, number>() }
    tenants.set(tenant, fresh)
    return fresh
  }

  return {
    async devicesForWriting(tenant, names, seen, create) {
      const { devices } = memoryOf(tenant)
      const keys = names.map((name) => devices.get(name))
      const missing = names.flatMap((_, i) => (keys[i] === undefined ? [i] : []))
      if (missing.length === 0) return keys
      const rows = await database.call(
        (sql) => sql`
          select name, key from device_keys(${tenant}, ${textArrayOf(missing.map((i) => names[i]!))},
            ${`{${missing.map((i) => seen[i])}}`}, ${create})`,
      )
      const found = new Map<string, number>(rows.map((row) => [row.name, row.key]))
      remembered += found.size
      for (const [name, key] of found) devices.set(name, key)
      return keys.map((key, i) => key ?? found.get(names[i]!))
    },

    async layoutsForWriting(tenant, wanted) {
      const { layouts } = memoryOf(tenant)
      const keys: number[] = []
      for (const channels of wanted) {
        const text = textArrayOf(channels)
        let key = layouts.get(text)
        if (key === undefined) {
          const [row] = await database.call((sql) => sql`select layout_key(${tenant}, ${text}) as key`)
          key = row!.key as number
          remembered++
          layouts.set(text, key)
        }
        keys.push(key)
      }
      return keys
    },

    async devices(sql, tenant, names) {
      const { devices } = memoryOf(tenant)
      const keys = new Map<number, string>()
      const missing: string[] = []
      for (const name of new Set(names)) {
        const key = devices.get(name)
        if (key === undefined) missing.push(name)
        else keys.set(key, name)
      }
      if (missing.length === 0) return keys
      const rows = await sql`select device, device_key from device where device = any (${textArrayOf(missing)})`
      for (const row of rows) keys.set(row.device_key, row.device)
      return keys
    },

    async layouts(sql) {
      const rows = await sql`select layout_key, array_to_json(channels) as channels from layout`
      return new Map(rows.map((row) => [row.layout_key as number, row.channels as string[]]))
    },
  }
}
