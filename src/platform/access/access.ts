// Access: whose request is it, and what may it do. The tenant comes from the API key and from nowhere else.
//
// While no key exists the installation is open: whoever asks from this very computer is tenant 'local' and may do
// everything, nobody else may do anything. A web page in the user's browser also asks "from this computer", so an
// open request must name a loopback host (else DNS rebinding would make any site a local one) and must not come
// from another site's page. Forwarded requests are never local.

import type { Clock } from '#core/clock.ts'
import { InputError, NotFoundError } from '#core/errors.ts'
import { localTenant, type Tenant } from '#core/tenant.ts'
import { type Catalogue, type KeyRecord, type KeyScope, keyScopes } from '#stores/catalogue/catalogue.ts'
import { hashOfKey, newKey, prefixOfKey, sameHash } from './keys.ts'
import { isLoopbackAddress, isLoopbackHost } from './loopback.ts'

export type Caller = {
  readonly method: string
  readonly remoteAddress: string
  readonly authorization?: string
  readonly host?: string
  readonly origin?: string
  /** The browser's Sec-Fetch-Site. */
  readonly fetchSite?: string
  /** Whether a proxy says that it forwards for somebody else. */
  readonly forwarded: boolean
}

export type Identity = { readonly tenant: Tenant; readonly scopes: readonly KeyScope[] }

export type Access = {
  /** Throws InputError with status 401 (no key, unknown key) or 403 (another site's page). */
  identify(caller: Caller): Promise<Identity>
  /** Whether no key exists yet. */
  isOpen(): Promise<boolean>
  /** The key itself is in this answer and nowhere else. */
  createKey(options: {
    name: string
    tenant: Tenant
    scopes?: readonly KeyScope[]
  }): Promise<{ key: string; record: KeyRecord }>
  /** Throws NotFoundError. */
  deleteKey(prefix: string): Promise<void>
}

/** How long a verified key, or that none exists, is believed: another process may have taken it back. */
const freshFor_ms = 3_000
const cachedKeys_max = 1_000

export function createAccess({ catalogue, clock }: { catalogue: Catalogue; clock: Clock }): Access {
  const verified = new Map<string, { identity: Identity; until: number }>()
  let open: { value: boolean; until: number } | undefined
  let localExists = false

  const forget = () => {
    verified.clear()
    open = undefined
  }

  async function isOpen(): Promise<boolean> {
    if (open && open.until > clock.now()) return open.value
    const value = (await catalogue.keys()).length === 0
    open = { value, until: clock.now() + freshFor_ms }
    return value
  }

  async function verify(key: string): Promise<Identity | undefined> {
    const hash = hashOfKey(key)
    const known = verified.get(hash)
    if (known && known.until > clock.now()) return known.identity
    verified.delete(hash)
    const prefix = prefixOfKey(key)
    const record = prefix && (await catalogue.keyByPrefix(prefix))
    if (!record || !sameHash(record.hash, hash)) return undefined
    const identity = { tenant: record.tenant, scopes: record.scopes }
    if (verified.size >= cachedKeys_max) verified.delete(verified.keys().next().value!)
    verified.set(hash, { identity, until: clock.now() + freshFor_ms })
    return identity
  }

  return {
    isOpen,
    async identify(caller) {
      if (caller.authorization !== undefined) {
        const key = /^bearer +(\S+)$/i.exec(caller.authorization)?.[1]
        const identity = key && (await verify(key))
        if (identity) return identity
        throw unauthorized(
          key ? 'this API key is not known (any more)' : "the Authorization header is not 'Bearer <key>'",
        )
      }
      if (!(await isOpen())) throw unauthorized('an API key is needed')
      checkLocal(caller)
      if (!localExists) {
        await catalogue.createTenant(localTenant, clock.now())
        localExists = true
      }
      return { tenant: localTenant, scopes: keyScopes }
    },
    async createKey({ name, tenant, scopes }) {
      const first = (await catalogue.keys()).length === 0
      const granted = scopes ?? (first ? keyScopes : (['read', 'write'] as const))
      if (first && !granted.includes('operator')) {
        throw new InputError('the first key needs the scope operator, or nobody could make a second one', [
          { field: 'scopes', message: 'leave it out for every scope, or add operator' },
        ])
      }
      await catalogue.createTenant(tenant, clock.now())
      const { key, prefix, hash } = newKey()
      const record = { prefix, tenant, name, scopes: [...new Set(granted)], hash, createdAt: clock.now() }
      await catalogue.putKey(record)
      forget()
      return { key, record }
    },
    async deleteKey(prefix) {
      const keys = await catalogue.keys()
      const key = keys.find((other) => other.prefix === prefix)
      if (!key) throw new NotFoundError(`there is no key '${prefix}'`)
      const others = keys.filter((other) => other !== key)
      if (others.length > 0 && !others.some((other) => other.scopes.includes('operator'))) {
        throw new InputError(
          `'${prefix}' is the last key with the scope operator: delete the other ${others.length} first, or make another such key`,
          [],
          { status: 409 },
        )
      }
      await catalogue.deleteKey(prefix)
      forget()
    },
  }
}

/** Throws InputError with status 403 unless the scope is among those of the key. admin includes read and write. */
export function requireScope(scopes: readonly KeyScope[], scope: KeyScope): void {
  if (scopes.includes(scope)) return
  if (scopes.includes('admin') && (scope === 'read' || scope === 'write')) return
  throw new InputError(`this needs the scope '${scope}'; the key has ${scopes.join(', ') || 'none'}`, [], {
    status: 403,
  })
}

/** Throws InputError when the server would listen beyond this computer while no key exists. Called before listening. */
export async function requireKeysBeyondLoopback(access: Access, host: string): Promise<void> {
  if (isLoopbackHost(host) || !(await access.isOpen())) return
  throw new InputError(
    `listening on ${host} without an API key would let anybody in: create one first (millrace keys create --name first), or listen on 127.0.0.1`,
    [{ field: 'host', message: 'use 127.0.0.1, or create an API key' }],
  )
}

function unauthorized(reason: string): InputError {
  return new InputError(
    `${reason}: send 'Authorization: Bearer mr_...'; keys are made by 'millrace keys create'`,
    [{ field: 'authorization', message: 'Bearer mr_<prefix>_<secret>' }],
    { status: 401 },
  )
}

function checkLocal(caller: Caller): void {
  if (!isLoopbackAddress(caller.remoteAddress) || caller.forwarded) {
    throw unauthorized('no API key exists yet, and until then only this computer itself may ask')
  }
  if (!isLoopbackHost(caller.host ?? '')) {
    throw new InputError(`without API keys the host must be localhost, not '${caller.host ?? ''}'`, [], { status: 403 })
  }
  if (caller.method === 'GET' || caller.method === 'HEAD') return
  const foreign = caller.origin !== undefined && caller.origin !== `http://${caller.host}`
  if (foreign || caller.fetchSite === 'cross-site') {
    throw new InputError(`pages of ${caller.origin ?? 'another site'} may not change anything here`, [], {
      status: 403,
    })
  }
}
