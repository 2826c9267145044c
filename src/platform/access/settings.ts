// Settings of a tenant, kept as one document of its catalogue. Read on every batch, so they are cached for a moment:
// another process's change is seen within `freshFor_ms`, one's own at once.

import { z } from 'zod'
import type { Clock } from '#core/clock.ts'
import type { Tenant } from '#core/tenant.ts'
import type { Catalogue } from '#stores/catalogue/catalogue.ts'

export const tenantSettings = z.strictObject({
  unknownDevices: z
    .enum(['create', 'refuse'])
    .default('create')
    .describe('What becomes of a reading whose device nobody has registered'),
})
export type TenantSettings = z.infer<typeof tenantSettings>

export type Settings = {
  of(tenant: Tenant): Promise<TenantSettings>
  put(tenant: Tenant, settings: TenantSettings): Promise<TenantSettings>
}

const freshFor_ms = 2_000
const cachedTenants_max = 1_000

export function createSettings({ catalogue, clock }: { catalogue: Catalogue; clock: Clock }): Settings {
  const cache = new Map<Tenant, { value: TenantSettings; until: number }>()
  const keep = (tenant: Tenant, value: TenantSettings) => {
    if (cache.size >= cachedTenants_max) cache.delete(cache.keys().next().value!)
    cache.set(tenant, { value, until: clock.now() + freshFor_ms })
    return value
  }
  return {
    async of(tenant) {
      const known = cache.get(tenant)
      if (known && known.until > clock.now()) return known.value
      // A document of another version may hold what this one does not know: the defaults stand in for it.
      const parsed = tenantSettings.safeParse((await catalogue.document(tenant, 'settings', 'tenant')) ?? {})
      return keep(tenant, parsed.success ? parsed.data : tenantSettings.parse({}))
    },
    async put(tenant, settings) {
      await catalogue.putDocument(tenant, 'settings', 'tenant', settings, clock.now())
      return keep(tenant, settings)
    },
  }
}
