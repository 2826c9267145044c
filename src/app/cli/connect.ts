// Finds the server that a command should talk to, or opens the data folder in this process.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createTransport } from '#api/client/transport.ts'
import { checkInput } from '#api/rest/input.ts'
import { InputError, NotFoundError, UnavailableError } from '#core/errors.ts'
import { localTenant, type Tenant } from '#core/tenant.ts'
import { readLock } from '#databases/sqlite/index.ts'
import { getDevice } from '#platform/devices/operations.ts'
import type { Context, DocumentOperation, EventsOperation, Operation, RowsOperation } from '#platform/operation.ts'
import type { Caller } from './caller.ts'
import type { Arguments } from './command.ts'
import { configOf } from './config-command.ts'
import type { Io } from './io.ts'
import type { Connect } from './operation-command.ts'

/** Without `create`, a data folder that does not exist is NotFoundError instead of being made. */
export const connect: Connect = async (io, args, { create = true } = {}) => {
  const key = textOf(args, 'key') ?? io.environment['MILLRACE_KEY']
  const url = await serverOf(io, args)
  if (url !== undefined) return overHttp(url, key)
  const { config } = configOf(io, args)
  if (!config.database && !create && !existsSync(join(config.data, 'catalogue.sqlite')))
    throw new NotFoundError(
      `there is no data in ${config.data} yet: start 'millrace up', bring readings with 'millrace import', or name another folder with --data`,
    )
  return inProcess(io, args, key)
}

/** The server's URL: --url, MILLRACE_URL, or that of the process which has the data folder open. */
export async function serverOf(io: Io, args: Arguments): Promise<string | undefined> {
  const named = textOf(args, 'url') ?? io.environment['MILLRACE_URL']
  if (named !== undefined && named !== '') {
    if (!/^https?:\/\/\S+$/.test(named))
      throw new InputError(`--url is '${named}', but must be such as http://localhost:8080`)
    return named
  }
  const { config } = configOf(io, args)
  if (config.database) return undefined
  const note = readLock(config.data)
  if (note && !note.url)
    throw new UnavailableError(
      `${config.data} is in use by process ${note.pid}, which serves no requests (yet): try again in a moment`,
    )
  return note?.url
}

function overHttp(url: string, key: string | undefined): Caller {
  const transport = createTransport({ url, ...(key ? { key } : {}) })
  const routeOf = ({ http, result }: Operation) => ({ ...http, result })
  return {
    where: url,
    served: true,
    document: (operation, input, signal) => transport.document(routeOf(operation), input, signal),
    rows: async (operation, input, signal) => ({
      ...(await columnsOf(operation, input, (device) => transport.document(routeOf(getDevice), { device }, signal))),
      rows: transport.rows(routeOf(operation), input, signal),
    }),
    events: (operation, input, signal) => transport.events(routeOf(operation), input, signal),
    async [Symbol.asyncDispose]() {},
  }
}

/**
 * NDJSON carries no header, and a channel may come first on a later page: the columns of named devices' readings are
 * those of a server's own CSV.
 */
async function columnsOf(
  operation: Operation,
  input: Record<string, unknown>,
  device: (name: string) => Promise<unknown>,
): Promise<{ columns?: string[] }> {
  const names = input['devices'] as string[] | undefined
  if (operation.name !== 'query.readings' || !(input['channels'] || names)) return {}
  const found = input['channels'] ? [] : ((await Promise.all(names!.map(device))) as { channels: string[] }[])
  const channels = (input['channels'] as string[]) ?? [...new Set(found.flatMap((one) => one.channels))].sort()
  return { columns: ['device', 'recordedAt', 'receivedAt', 'id', ...channels.map((name) => `values.${name}`), 'label'] }
}

async function inProcess(io: Io, args: Arguments, key: string | undefined): Promise<Caller> {
  const { openPlatform } = await import('../compose.ts')
  const { config } = configOf(io, args)
  const opened = await openPlatform(config, { clock: io.clock })
  const { platform } = opened
  try {
    const tenant = await tenantOf(key)
    const contextOf = (signal: AbortSignal): Context => ({ tenant, platform, signal })
    return {
      where: opened.location,
      served: false,
      document: (operation, input, signal) =>
        (operation as DocumentOperation).run(contextOf(signal), checkInput(operation, input)),
      rows: (operation, input, signal) =>
        (operation as RowsOperation).run(contextOf(signal), checkInput(operation, input)),
      events: (operation, input, signal) =>
        (operation as EventsOperation).run(contextOf(signal), checkInput(operation, input)),
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    }
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }

  /** Who can read the folder needs no key; a key still says whose readings are meant. */
  async function tenantOf(key: string | undefined): Promise<Tenant> {
    if (key)
      return (
        await platform.access.identify({
          method: 'GET',
          remoteAddress: '127.0.0.1',
          authorization: `Bearer ${key}`,
          forwarded: false,
        })
      ).tenant
    await platform.catalogue.createTenant(localTenant, io.clock.now())
    return localTenant
  }
}

const textOf = ({ flags }: Arguments, name: string) => flags[name] as string | undefined
