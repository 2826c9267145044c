// The table from a role to the units that it starts, beside the server that every role has. A unit starts and gives what
// stops it.

import { InputError, messageOf, UnavailableError } from '#core/errors.ts'
import { localTenant } from '#core/tenant.ts'
import { day_ms, minute_ms, second_ms } from '#core/time.ts'
import type { Platform } from '#platform/platform.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'

/** What a unit gets to work with. */
export type Parts = {
  readonly config: Config
  readonly platform: Platform
  readonly log: Log
  /** Folder whose disk is measured. */
  readonly folder: string
}

export type Unit = (parts: Parts) => Promise<AsyncDisposable | undefined>

export const roles = {
  all: ['tenant', 'host', 'twins', 'fleets', 'rollups'],
  api: ['tenant', 'rollups'],
} as const satisfies Record<string, readonly UnitName[]>

export type UnitName = 'tenant' | 'host' | 'twins' | 'fleets' | 'rollups'

/** How long the rollups rest when there is nothing to do. */
const rollupsRest_ms = 30_000

export const units: Readonly<Record<UnitName, Unit>> = {
  /** The tenant of this computer is there from the first request on. */
  async tenant({ platform }) {
    await platform.catalogue.createTenant(localTenant, platform.clock.now())
    return undefined
  },

  async host(parts) {
    if (!parts.config.measureHost) return undefined
    const { createHost } = await import('#platform/host/host.ts')
    const { ingest, catalogue, clock } = parts.platform
    const host = createHost({
      ingest,
      catalogue,
      clock,
      tenant: localTenant,
      folder: parts.folder,
      log: (line) => parts.log.warn(line),
    })
    return running(parts, 'host', (signal) => host.run(signal))
  },

  async twins({ platform }) {
    await platform.twins.resume()
    return { [Symbol.asyncDispose]: () => platform.twins.close() }
  },

  async fleets({ config, platform }) {
    await platform.fleets.resume()
    if (config.demo > 0 && (await platform.catalogue.document(localTenant, 'settings', 'demo')) === undefined) {
      await platform.fleets.start(localTenant, demoFleet(config.demo))
      // Noted, so that a demo fleet which somebody stopped does not come back.
      await platform.catalogue.putDocument(localTenant, 'settings', 'demo', { started: true }, platform.clock.now())
    }
    return { [Symbol.asyncDispose]: () => platform.fleets.close() }
  },

  async rollups(parts) {
    const { store, catalogue, clock } = parts.platform
    return running(parts, 'rollups', async (signal) => {
      for (;;) {
        await clock.sleep(rollupsRest_ms, signal)
        for (const { tenant } of await catalogue.tenants()) {
          // One tenant's trouble is not the others'.
          try {
            while (await store.maintain(tenant)) await clock.sleep(10, signal)
          } catch (error) {
            if (signal.aborted) throw error
            parts.log.error(`rollups of tenant ${tenant}: ${messageOf(error)}`)
          }
        }
      }
    })
  },
}

export const demoFleet = (devices: number) => ({
  fleet: 'demo',
  devices,
  interval_ms: 2 * second_ms,
  speed: 1,
  seed: 1,
  history_ms: 7 * day_ms,
  historyInterval_ms: minute_ms,
  channels: ['temperature', 'humidity', 'pressure', 'battery'],
})

/** Runs until it is disposed; what fails meanwhile is logged, and tried again when it may work later. */
function running(
  { log, platform: { clock } }: Parts,
  name: string,
  work: (signal: AbortSignal) => Promise<void>,
): AsyncDisposable {
  const controller = new AbortController()
  const { signal } = controller
  const done = (async () => {
    while (!signal.aborted) {
      try {
        await work(signal)
      } catch (error) {
        if (signal.aborted) return
        log.error(
          `${name}: ${messageOf(error)}`,
          error instanceof UnavailableError || error instanceof InputError ? {} : { stack: (error as Error).stack },
        )
        await clock.sleep(5 * second_ms, signal).catch(() => {})
      }
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      controller.abort(new Error('stopped'))
      await done
    },
  }
}
