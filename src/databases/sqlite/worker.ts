// The inside of a database thread. Calls come one by one and are answered in order; a write runs in a transaction of
// its own. Files stay open up to a bound, the one that was used longest ago is closed first.

import { parentPort, workerData } from 'node:worker_threads'
import { type OpenConnection, openConnection } from './connection.ts'
import { catalogueSchema, tenantSchema } from './schema.ts'
import { type Answer, type Call, toWire } from './wire.ts'

type UnitFunction = (connection: OpenConnection, args: unknown) => unknown

const { mode, openFiles, cancelled } = workerData as {
  mode: 'write' | 'read'
  openFiles: number
  /** Id of the call that is to stop; shared with the main thread. */
  cancelled: Int32Array
}
const port = parentPort!
const open = new Map<string, OpenConnection>()
let current = 0

// One after the other, also while a unit's module is being loaded.
let last = Promise.resolve()
port.on('message', (call: Call | 'close') => {
  last = last.then(() => handle(call))
})

async function handle(call: Call | 'close'): Promise<void> {
  if (call === 'close') {
    for (const connection of open.values()) connection.close()
    open.clear()
    return port.close()
  }
  current = call.id
  let connection: OpenConnection | undefined
  try {
    const run = call.module === undefined ? undefined : await functionOf(call.module, call.name!)
    connection = connectionOf(call)
    const value = run && transaction(connection, run, call.args)
    port.postMessage({ id: call.id, value } satisfies Answer, connection.takeTransfers())
  } catch (error) {
    connection?.takeTransfers()
    port.postMessage({ id: call.id, error: toWire(error, call.path) } satisfies Answer)
  }
}

function connectionOf(call: Call): OpenConnection {
  let connection = open.get(call.path)
  if (connection) open.delete(call.path)
  else {
    if (open.size >= openFiles) {
      const [oldest, unused] = open.entries().next().value!
      open.delete(oldest)
      unused.close()
    }
    const schema = call.kind === 'tenant' ? tenantSchema : catalogueSchema
    connection = openConnection(call.path, schema, mode, () => Atomics.load(cancelled, 0) === current)
  }
  open.set(call.path, connection)
  return connection
}

function transaction(connection: OpenConnection, run: UnitFunction, args: unknown): unknown {
  // A read is one transaction too: all of its statements see the same moment.
  connection.database.exec(mode === 'write' ? 'begin immediate' : 'begin')
  try {
    const value = run(connection, args)
    connection.database.exec('commit')
    return value
  } catch (error) {
    connection.forgetState()
    if (connection.database.isTransaction) connection.database.exec('rollback')
    throw error
  }
}

const modules = new Map<string, Record<string, UnitFunction>>()

async function functionOf(module: string, name: string): Promise<UnitFunction> {
  let functions = modules.get(module)
  if (!functions) {
    functions = (await import(module)) as Record<string, UnitFunction>
    modules.set(module, functions)
  }
  const run = functions[name]
  if (!run) throw new Error(`${module} has no function ${name}`)
  return run
}
