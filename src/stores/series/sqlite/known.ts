// What the writing thread knows of a tenant's file by heart: devices with their newest values, channels, layouts, hours
// that are marked dirty. All of it is read from the file when it is missing here, so it may be forgotten at any time.

import { InputError } from '#core/errors.ts'
import type { Connection } from '#databases/sqlite/index.ts'
import { newestOf, wordsPerChannel } from '#databases/sqlite/newest.ts'

export type DeviceState = {
  readonly key: number
  lastSeenAt: number
  firstRecordedAt: number
  lastRecordedAt: number
  lastReceivedAt: number
  readings: number
  /** Four float64 per channel; see newest.ts. */
  newest: Float64Array
  /** Where in `newest` each channel is, by channel_key. */
  readonly channels: Map<number, number>
  /** Where in `newest` the channels of a layout are, by layout_key. */
  readonly places: Map<number, Uint32Array>
}

export type Layout = { readonly key: number; readonly channels: readonly number[] }

export type Known = {
  /** Undefined when there is no such device. */
  device(name: string): DeviceState | undefined
  createDevice(name: string, at: number): DeviceState
  saveDevice(device: DeviceState): void
  /** The layout of these sorted channel names, made where it is missing; undefined when there are too many already. */
  layout(names: readonly string[]): Layout | undefined
  /** Notes that an hour of a device has new readings. Free when it is noted already. */
  markDirty(deviceKey: number, hour: number): void
  /** An hour was rolled up. */
  markClean(deviceKey: number, hour: number): void
}

/** Beyond these, what was known longest is forgotten (and read again when it is needed). */
const devicesKept = 200_000
const dirtyKept = 1_000_000
const layoutsMost = 50_000
const channelsMost = 1_000
const hoursMost = 2 ** 22

export function openKnown({ statement, database }: Connection): Known {
  const devices = new Map<string, DeviceState>()
  const channels = new Map<string, number>()
  const layouts = new Map<string, Layout>()
  const dirty = new Set<number>()
  for (const row of statement('select channel_key, channel from channel').all()) {
    channels.set(row['channel'] as string, row['channel_key'] as number)
  }
  for (const row of statement('select layout_key, channels from layout').all()) {
    const text = row['channels'] as string
    layouts.set(text, { key: row['layout_key'] as number, channels: JSON.parse(text) })
  }
  let width = (
    statement(`select count(*) as n from pragma_table_info('reading') where name glob 'v[0-9]*'`).get() as {
      n: number
    }
  ).n

  function channel(name: string): number {
    let key = channels.get(name)
    if (key === undefined) {
      key = Number(statement('insert into channel(channel) values (?)').run(name).lastInsertRowid)
      channels.set(name, key)
    }
    return key
  }

  return {
    device(name) {
      const known = devices.get(name)
      if (known) return known
      const row = statement(
        `select device_key, last_seen_at, first_recorded_at, last_recorded_at, last_received_at, readings, newest
         from device left join device_state using (device_key) where device = ?`,
        'arrays',
      ).get(name) as unknown as (number | Uint8Array | null)[] | undefined
      if (!row) return undefined
      if (devices.size >= devicesKept) devices.clear()
      const device: DeviceState = {
        key: row[0] as number,
        lastSeenAt: (row[1] as number | null) ?? Number.NEGATIVE_INFINITY,
        firstRecordedAt: (row[2] as number | null) ?? Number.POSITIVE_INFINITY,
        lastRecordedAt: (row[3] as number | null) ?? Number.NEGATIVE_INFINITY,
        lastReceivedAt: (row[4] as number | null) ?? Number.NEGATIVE_INFINITY,
        readings: (row[5] as number | null) ?? 0,
        newest: newestOf((row[6] as Uint8Array | null) ?? new Uint8Array(0)),
        channels: new Map(),
        places: new Map(),
      }
      for (let at = 0; at < device.newest.length; at += wordsPerChannel) device.channels.set(device.newest[at]!, at)
      devices.set(name, device)
      return device
    },
    createDevice(name, at) {
      statement('insert into device(device, created_at) values (?, ?)').run(name, at)
      return this.device(name)!
    },
    saveDevice(device) {
      statement(
        `insert into device_state values (?, ?, ?, ?, ?, ?, ?) on conflict (device_key) do update set
           last_seen_at = excluded.last_seen_at, first_recorded_at = excluded.first_recorded_at,
           last_recorded_at = excluded.last_recorded_at, last_received_at = excluded.last_received_at,
           readings = excluded.readings, newest = excluded.newest`,
      ).run(
        device.key,
        device.lastSeenAt,
        device.firstRecordedAt,
        device.lastRecordedAt,
        device.lastReceivedAt,
        device.readings,
        new Uint8Array(device.newest.buffer, device.newest.byteOffset, device.newest.byteLength),
      )
    },
    layout(names) {
      if (names.length > channelsMost) {
        throw new InputError(`a reading has ${names.length} channels: at most ${channelsMost} are kept`)
      }
      if (layouts.size >= layoutsMost && names.some((name) => !channels.has(name))) return undefined
      const keys = names.map(channel)
      const text = JSON.stringify(keys)
      const known = layouts.get(text)
      if (known) return known
      if (layouts.size >= layoutsMost) return undefined
      for (; width < keys.length; width++) database.exec(`alter table reading add column v${width}`)
      const key = Number(statement('insert into layout(channels) values (?)').run(text).lastInsertRowid)
      const layout = { key, channels: keys }
      layouts.set(text, layout)
      return layout
    },
    markDirty(deviceKey, hour) {
      const mark = deviceKey * hoursMost + hour
      if (dirty.has(mark)) return
      if (dirty.size >= dirtyKept) dirty.clear()
      dirty.add(mark)
      statement('insert or ignore into dirty(device_key, hour) values (?, ?)').run(deviceKey, hour)
    },
    markClean(deviceKey, hour) {
      dirty.delete(deviceKey * hoursMost + hour)
      statement('delete from dirty where device_key = ? and hour = ?').run(deviceKey, hour)
    },
  }
}

/** Whether the device has, or may still have, these channels: every commit writes all that it has. */
export function hasRoom(device: DeviceState, layout: Layout): boolean {
  if (device.places.has(layout.key)) return true
  let more = 0
  for (const channel of layout.channels) if (!device.channels.has(channel)) more++
  return device.channels.size + more <= channelsMost
}

/** Where in the device's newest values the layout's channels are; new ones are added with no time yet. */
export function placesOf(device: DeviceState, layout: Layout): Uint32Array {
  const known = device.places.get(layout.key)
  if (known) return known
  const fresh = layout.channels.filter((channel) => !device.channels.has(channel))
  if (fresh.length > 0) {
    let at = device.newest.length
    const grown = new Float64Array(at + fresh.length * wordsPerChannel)
    grown.set(device.newest)
    for (const channel of fresh) {
      grown.set([channel, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN], at)
      device.channels.set(channel, at)
      at += wordsPerChannel
    }
    device.newest = grown
  }
  const places = Uint32Array.from(layout.channels, (channel) => device.channels.get(channel)!)
  if (device.places.size < 1_000) device.places.set(layout.key, places)
  return places
}
