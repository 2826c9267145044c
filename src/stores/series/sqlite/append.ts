// Writing: one batch, one transaction. The ledger decides what is new; the new readings are put in the order of the
// table (device, time), which a B-tree takes fastest; then one update per device, and the ledger's own share.

import { type ReadingBatch, stored } from '#core/reading.ts'
import { hour_ms } from '#core/time.ts'
import type { Connection } from '#databases/sqlite/index.ts'
import { type DeviceState, hasRoom, type Known, type Layout, openKnown, placesOf } from './known.ts'
import { type Ledger, openLedger } from './ledger.ts'

export type AppendArguments = { readonly batch: ReadingBatch; readonly create: boolean }

export const knownOf = (connection: Connection): Known => connection.state('known', () => openKnown(connection))
export const ledgerOf = (connection: Connection): Ledger => connection.state('ledger', () => openLedger(connection))

/** One code of `stored` per reading. */
export function append(connection: Connection, { batch, create }: AppendArguments): Uint8Array {
  const { count } = batch
  const known = knownOf(connection)
  const ledger = ledgerOf(connection)
  const devices = batch.devices.map((name) => known.device(name))
  // The ledger's verdicts are the codes: unknown is accepted, same is duplicate, other is conflict.
  const codes = ledger.inRuns(batch.idKeys, batch.payloadHashes, count)
  const accepted = new Uint32Array(count)
  const layouts = new Array<Layout | undefined>(batch.layouts.length)
  let acceptedCount = 0
  for (let i = 0; i < count; i++) {
    if (codes[i] !== stored.accepted) continue
    const index = batch.device[i]!
    if (!devices[index] && !create) {
      codes[i] = stored.unknownDevice
      continue
    }
    // Decided before the id counts: what cannot be kept may be sent again under the same id.
    const set = batch.layout[i]!
    layouts[set] ??= known.layout(batch.layouts[set]!)
    if (!layouts[set] || (devices[index] && !hasRoom(devices[index], layouts[set]))) {
      codes[i] = stored.tooManyChannels
      continue
    }
    const code = ledger.add(batch.idKeys, batch.payloadHashes, i)
    codes[i] = code
    if (code !== stored.accepted) continue
    devices[index] ??= known.createDevice(batch.devices[index]!, batch.receivedAt[i]!)
    // Takes the places for these channels, so that the next row sees them taken.
    placesOf(devices[index], layouts[set])
    accepted[acceptedCount++] = i
  }
  if (acceptedCount > 0) {
    insert(connection, known, batch, grouped(batch, accepted.subarray(0, acceptedCount), devices), devices, layouts)
  }
  ledger.write()
  connection.transfer(codes)
  return codes
}

/** The rows by device in the order of their keys, each device's by time. */
function grouped(batch: ReadingBatch, rows: Uint32Array, devices: readonly (DeviceState | undefined)[]): Uint32Array {
  const { device, recordedAt, receivedAt } = batch
  const starts = new Uint32Array(devices.length)
  for (const row of rows) starts[device[row]!]!++
  const order = Array.from(devices.keys()).filter((index) => starts[index]! > 0)
  order.sort((a, b) => devices[a]!.key - devices[b]!.key)
  let start = 0
  for (const index of order) {
    const size = starts[index]!
    starts[index] = start
    start += size
  }
  const result = new Uint32Array(rows.length)
  for (const row of rows) result[starts[device[row]!]!++] = row
  // Each device's rows lie together now, ending where its start has moved to.
  let from = 0
  for (const index of order) {
    const part = result.subarray(from, starts[index]!)
    for (let k = 1; k < part.length; k++) {
      if (recordedAt[part[k]!]! < recordedAt[part[k - 1]!]! || receivedAt[part[k]!]! < receivedAt[part[k - 1]!]!) {
        part.sort((a, b) => recordedAt[a]! - recordedAt[b]! || receivedAt[a]! - receivedAt[b]! || a - b)
        break
      }
    }
    from = starts[index]!
  }
  return result
}

function insert(
  connection: Connection,
  known: Known,
  batch: ReadingBatch,
  rows: Uint32Array,
  devices: readonly (DeviceState | undefined)[],
  layouts: readonly (Layout | undefined)[],
): void {
  const { recordedAt, receivedAt, labels, idTexts } = batch
  const writers = new Map<number, RowWriter>()
  const writerOf = layouts.map((layout) => {
    const width = layout?.channels.length ?? 0
    if (!writers.has(width)) writers.set(width, openRowWriter(connection, batch, width))
    return writers.get(width)!
  })
  let hour = Number.NaN
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!
    const deviceIndex = batch.device[row]!
    const device = devices[deviceIndex]!
    const layoutIndex = batch.layout[row]!
    const layout = layouts[layoutIndex]!
    const at = recordedAt[row]!
    writerOf[layoutIndex]!.add(device.key, layout.key, row)

    const newDevice = k === 0 || batch.device[rows[k - 1]!] !== deviceIndex
    if (newDevice) device.firstRecordedAt = Math.min(device.firstRecordedAt, at)
    if (newDevice || Math.floor(at / hour_ms) !== hour) {
      hour = Math.floor(at / hour_ms)
      known.markDirty(device.key, hour)
    }
    device.readings++
    if (receivedAt[row]! > device.lastSeenAt) device.lastSeenAt = receivedAt[row]!
    const next = k + 1 < rows.length ? rows[k + 1]! : -1
    const lastOfDevice = next < 0 || batch.device[next] !== deviceIndex
    // Of neighbours with the same channels only the last can be the newest.
    if (lastOfDevice || batch.layout[next] !== layoutIndex) moveNewest(device, layout, batch, row)
    if (lastOfDevice) known.saveDevice(device)
  }
  for (const writer of writers.values()) writer.finish()
  if (labels.size + idTexts.size > 0) insertTexts(connection, batch, rows, devices)
}

/** Rows of one width on their way into the table. */
type RowWriter = { add(deviceKey: number, layoutKey: number, row: number): void; finish(): void }

/** About so many parameters go into one statement: rows one by one cost nearly twice as much. */
const parametersPerStatement = 288

function openRowWriter({ statement }: Connection, batch: ReadingBatch, width: number): RowWriter {
  const { recordedAt, receivedAt, idKeys, values, valueStart } = batch
  const perRow = 5 + width
  const rowsPerStatement = Math.max(1, Math.floor(parametersPerStatement / perRow))
  const parameters = new Array<number | Uint8Array>(rowsPerStatement * perRow)
  const many = statement(insertSql(width, rowsPerStatement))
  let filled = 0
  return {
    add(deviceKey, layoutKey, row) {
      parameters[filled++] = deviceKey
      parameters[filled++] = recordedAt[row]!
      parameters[filled++] = idKeys.subarray(row * 16, row * 16 + 16)
      parameters[filled++] = receivedAt[row]!
      parameters[filled++] = layoutKey
      const end = valueStart[row + 1]!
      for (let i = valueStart[row]!; i < end; i++) parameters[filled++] = values[i]!
      if (filled < parameters.length) return
      many.run(...parameters)
      filled = 0
    },
    finish() {
      const one = statement(insertSql(width, 1))
      for (let at = 0; at < filled; at += perRow) one.run(...parameters.slice(at, at + perRow))
    },
  }
}

function insertTexts(
  { statement }: Connection,
  { recordedAt, idKeys, device, idTexts, labels }: ReadingBatch,
  rows: Uint32Array,
  devices: readonly (DeviceState | undefined)[],
): void {
  const put = statement('insert into reading_text(device_key, recorded_at, id_key, id, label) values (?, ?, ?, ?, ?)')
  for (const row of rows) {
    const [id, label] = [idTexts.get(row), labels.get(row)]
    if (id === undefined && label === undefined) continue
    const key = idKeys.subarray(row * 16, row * 16 + 16)
    put.run(devices[device[row]!]!.key, recordedAt[row]!, key, id ?? null, label ?? null)
  }
}

function moveNewest(device: DeviceState, layout: Layout, batch: ReadingBatch, row: number): void {
  const places = placesOf(device, layout)
  const newest = device.newest
  const at = batch.recordedAt[row]!
  const received = batch.receivedAt[row]!
  if (at > device.lastRecordedAt || (at === device.lastRecordedAt && received >= device.lastReceivedAt)) {
    device.lastRecordedAt = at
    device.lastReceivedAt = received
  }
  const start = batch.valueStart[row]!
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!
    if (newest[place + 1]! > at || (newest[place + 1] === at && newest[place + 2]! > received)) continue
    newest[place + 1] = at
    newest[place + 2] = received
    newest[place + 3] = batch.values[start + i]!
  }
}

function insertSql(width: number, rows: number): string {
  const names = Array.from({ length: width }, (_, i) => `, v${i}`).join('')
  const row = `(?, ?, ?, ?, ?${', ?'.repeat(width)})`
  return `insert into reading(device_key, recorded_at, id_key, received_at, layout_key${names})
          values ${new Array(rows).fill(row).join(', ')}`
}
