// Append: a batch of columns to the arrays of one database call, and its answer back to one code per reading.
// What the batch says about itself (an id twice, a device that must not be created) is decided here; what needs the
// stored ids is decided by the database, in the same transaction that stores the readings.

import type { PendingQuery, Row } from 'postgres'
import { BugError } from '#core/errors.ts'
import { type ReadingBatch, stored } from '#core/reading.ts'
import type { Tenant } from '#core/tenant.ts'
import { codeOf } from '#databases/postgres/failures.ts'
import { arrayOf, type PostgresDatabase, textArrayOf } from '#databases/postgres/index.ts'
import type { AppendOptions } from '../store.ts'
import type { Names } from './names.ts'
import { summaryOf } from './summary.ts'

/** The tenant and the nineteen arrays of `append`. */
const appending = `select ordinal, conflict from append(${Array.from({ length: 20 }, (_, i) => `$${i + 1}`).join(', ')})`

/** SQLSTATE of a row for which there is no partition (check_violation). */
const partitionMissing = '23514'

export function appender(database: PostgresDatabase, names: Names) {
  const partitions = partitionsOf(database)
  return async (tenant: Tenant, batch: ReadingBatch, options: AppendOptions): Promise<Uint8Array> => {
    options.signal?.throwIfAborted()
    const codes = new Uint8Array(batch.count)
    if (batch.count === 0) return codes
    const devices = await names.devicesForWriting(
      tenant,
      batch.devices,
      firstReceived(batch),
      options.unknownDevices === 'create',
    )
    const { rows, ids, repeats } = distinctRows(batch, devices, codes)
    if (rows.length === 0) return codes
    const layouts = await names.layoutsForWriting(tenant, batch.layouts)
    await partitions.ensure(batch.recordedAt)
    const parameters = parametersOf(batch, rows, ids, devices, layouts)
    const send = () => call(database, tenant, parameters, options.signal)
    const refused = await send().catch(async (error: unknown) => {
      if (!(error instanceof BugError) || codeOf(error.cause) !== partitionMissing) throw error
      // A partition was dropped since it was last seen.
      partitions.forget()
      await partitions.ensure(batch.recordedAt)
      return send()
    })
    for (const { ordinal, conflict } of refused) {
      codes[rows[ordinal - 1]!] = conflict ? stored.conflict : stored.duplicate
    }
    for (const [row, first] of repeats) {
      // Its payload against the one that holds the id: the first's, unless the first itself was in conflict.
      const same = samePayload(batch, row, first)
      if (codes[first] !== stored.conflict) codes[row] = same ? stored.duplicate : stored.conflict
      else codes[row] = same ? stored.conflict : await verdictOf(database, tenant, batch, row)
    }
    return codes
  }
}

/** Rows to send and their ids in hex; rows that repeat an id of the batch, with the first that has it. */
function distinctRows(batch: ReadingBatch, devices: readonly (number | undefined)[], codes: Uint8Array) {
  const hex = Buffer.from(batch.idKeys.buffer, batch.idKeys.byteOffset, batch.idKeys.byteLength).toString('hex')
  const first = new Map<string, number>()
  const rows: number[] = []
  const ids: string[] = []
  const repeats: [row: number, first: number][] = []
  for (let i = 0; i < batch.count; i++) {
    if (devices[batch.device[i]!] === undefined) {
      codes[i] = stored.unknownDevice
      continue
    }
    const id = hex.slice(i * 32, i * 32 + 32)
    const before = first.get(id)
    if (before !== undefined) {
      repeats.push([i, before])
      continue
    }
    first.set(id, i)
    rows.push(i)
    ids.push(id)
  }
  return { rows, ids, repeats }
}

function parametersOf(
  batch: ReadingBatch,
  rows: readonly number[],
  ids: readonly string[],
  devices: readonly (number | undefined)[],
  layouts: readonly number[],
): readonly (string | null)[] {
  const { values, valueStart } = batch
  const hashes = hashesOf(batch)
  const vectors = rows.map((i) => {
    const end = valueStart[i + 1]!
    let vector = '"{'
    for (let k = valueStart[i]!; k < end; k++) {
      const value = values[k]!
      // A negative zero would lose its sign as text.
      vector += value === 0 && Object.is(value, -0) ? '-0' : value
      if (k + 1 < end) vector += ','
    }
    return `${vector}}"`
  })
  const texts = (of: ReadonlyMap<number, string>) =>
    of.size === 0 ? null : `{${rows.map((i) => (of.has(i) ? textArrayOf([of.get(i)!]).slice(1, -1) : 'null'))}}`
  return [
    arrayOf(ids),
    `{${rows.map((i) => hashes[i])}}`,
    `{${rows.map((i) => devices[batch.device[i]!])}}`,
    `{${rows.map((i) => layouts[batch.layout[i]!])}}`,
    `{${rows.map((i) => batch.recordedAt[i]!)}}`,
    `{${rows.map((i) => batch.receivedAt[i]!)}}`,
    arrayOf(vectors),
    texts(batch.labels),
    texts(batch.idTexts),
    ...summaryOf(batch, rows, devices, layouts, vectors),
  ]
}

async function call(
  database: PostgresDatabase,
  tenant: Tenant,
  parameters: readonly (string | null)[],
  signal: AbortSignal | undefined,
): Promise<readonly { ordinal: number; conflict: boolean }[]> {
  let query: PendingQuery<Row[]> | undefined
  const cancel = () => query?.cancel()
  signal?.addEventListener('abort', cancel)
  try {
    return (await database.call((sql) => {
      query = sql.unsafe(appending, [tenant, ...parameters], { prepare: true })
      return query
    })) as unknown as readonly { ordinal: number; conflict: boolean }[]
  } catch (error) {
    // A cancelled statement was rolled back: nothing is stored.
    if (signal?.aborted) throw signal.reason
    throw error
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

/** Of one reading against the ledger; for the rare one whose first mention in the batch was a conflict already. */
async function verdictOf(database: PostgresDatabase, tenant: Tenant, batch: ReadingBatch, row: number) {
  const id = Buffer.from(batch.idKeys.subarray(row * 16, row * 16 + 16)).toString('hex')
  const [held] = await database.write(tenant, (sql) => sql`select payload::text from ledger where id = ${id}::uuid`)
  return held?.payload === String(hashesOf(batch)[row]) ? stored.duplicate : stored.conflict
}

const hashesOf = (batch: ReadingBatch) =>
  batch.payloadHashes.byteOffset % 8 === 0
    ? new BigInt64Array(batch.payloadHashes.buffer, batch.payloadHashes.byteOffset, batch.count)
    : new BigInt64Array(batch.payloadHashes.slice().buffer)

function samePayload({ payloadHashes }: ReadingBatch, a: number, b: number): boolean {
  for (let i = 0; i < 8; i++) if (payloadHashes[a * 8 + i] !== payloadHashes[b * 8 + i]) return false
  return true
}

/** receivedAt of each device's first reading of the batch. */
function firstReceived(batch: ReadingBatch): number[] {
  const seen = new Array<number>(batch.devices.length).fill(0)
  for (let i = batch.count - 1; i >= 0; i--) seen[batch.device[i]!] = Math.round(batch.receivedAt[i]!)
  return seen
}

/** The time partitions that are known to exist. There are at most 561. */
function partitionsOf(database: PostgresDatabase) {
  let known: { from: number; to: number }[] = []
  return {
    async ensure(times: Float64Array): Promise<void> {
      let at = known[0]
      for (const time of times) {
        if (at && time >= at.from && time < at.to) continue
        at = known.find((partition) => time >= partition.from && time < partition.to)
        if (at) continue
        const [row] = await database.call((sql) => sql`select starts, ends from ensure_partition(${time}::float8)`)
        at = { from: row!.starts, to: row!.ends }
        known.push(at)
      }
    },
    forget() {
      known = []
    },
  }
}
