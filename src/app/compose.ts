// The one composition root: configuration in, resources made once, units started in order and stopped in reverse.

import { join, resolve } from 'node:path'
import type { Clock } from '#core/clock.ts'
import { createFleets } from '#platform/fleets/fleets.ts'
import { createCore, type Platform } from '#platform/platform.ts'
import { createTwins } from '#platform/twins/twins.ts'
import { catalogues } from '#stores/catalogue/registry.ts'
import { seriesStores } from '#stores/series/registry.ts'
import { type Config, maskedValue } from './config.ts'
import type { Log } from './log.ts'
import { type Parts, roles, units } from './roles.ts'
import { root, version } from './version.ts'

export type Opened = AsyncDisposable & {
  readonly platform: Platform
  /** For people: a folder, or a database without its password. */
  readonly location: string
  /** Tells other processes where this one listens. */
  announce(url: string): void
}

/** Opens the database and makes the services; nothing runs yet. Throws UnavailableError when the folder is in use. */
export async function openPlatform(config: Config, { clock, log }: { clock: Clock; log?: Log }): Promise<Opened> {
  await using stack = new AsyncDisposableStack()
  const { store, catalogue, location, announce } = await openStores(config, clock, stack)
  const core = createCore({ version, clock, store, catalogue })
  const parts = { ...core, ...(log ? { log: (line: string) => log.info(line) } : {}) }
  const platform: Platform = { ...core, fleets: createFleets(parts), twins: createTwins(parts) }
  const kept = stack.move()
  return { platform, location, announce, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

async function openStores(config: Config, clock: Clock, stack: AsyncDisposableStack) {
  if (config.database) {
    const { openPostgres } = await import('#databases/postgres/index.ts')
    const database = stack.use(await openPostgres({ url: config.database }))
    const store = stack.use(await (await seriesStores.postgres())({ database }))
    const catalogue = stack.use(await (await catalogues.postgres())({ database }))
    return { store, catalogue, location: String(maskedValue(config.database)), announce: () => {} }
  }
  const { openSqlite } = await import('#databases/sqlite/index.ts')
  const database = stack.use(await openSqlite({ folder: config.data }))
  const store = stack.use(await (await seriesStores.sqlite())({ database, clock }))
  const catalogue = stack.use(await (await catalogues.sqlite())({ database }))
  return { store, catalogue, location: config.data, announce: (url: string) => database.announce(url) }
}

export type Running = AsyncDisposable & {
  readonly url: string
  readonly location: string
  readonly platform: Platform
  /** Resolves when every unit has started. */
  readonly started: Promise<void>
}

/** Starts the role's units: the server listens first, the others follow while it already answers. */
export async function compose(config: Config, { clock, log }: { clock: Clock; log: Log }): Promise<Running> {
  await using stack = new AsyncDisposableStack()
  const opened = stack.use(await openPlatform(config, { clock, log }))
  const { platform } = opened
  const [{ createRestServer }, { operations }] = await Promise.all([
    import('#api/rest/server.ts'),
    import('#platform/operations.ts'),
  ])
  let ready = false
  const server = createRestServer({
    platform,
    operations: operations as readonly unknown[] as Parameters<typeof createRestServer>[0]['operations'],
    dashboard: join(root, 'dashboard', 'dist'),
    started: () => ready,
    onError: (error, request) =>
      log.error(error instanceof Error ? (error.stack ?? error.message) : String(error), { request }),
  })
  stack.use(server)
  const { url } = await server.listen({ port: config.port, host: config.host })
  opened.announce(url)
  const parts: Parts = { config, platform, log, folder: resolve(config.database ? '.' : config.data) }
  const running = stack.use(new AsyncDisposableStack())
  const started = startUnits(parts, running).then(() => {
    ready = true
  })
  // Whoever waits for `started` hears of it; until then it is no unhandled rejection.
  started.catch(() => {})
  const kept = stack.move()
  return {
    url,
    location: opened.location,
    platform,
    started,
    async [Symbol.asyncDispose]() {
      await started.catch(() => {})
      await kept.disposeAsync()
    },
  }
}

async function startUnits(parts: Parts, running: AsyncDisposableStack): Promise<void> {
  for (const name of roles[parts.config.role]) {
    const unit = await units[name](parts)
    if (unit) running.use(unit)
    parts.log.debug(`${name} started`)
  }
}
