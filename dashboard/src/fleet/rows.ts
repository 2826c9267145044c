// The devices of the fleet page and what arrives for them. Readings change a row in place and tell only the row that shows
// it, so that a thousand devices at 1 Hz render thirty rows, not a table.

import { useSyncExternalStore } from 'react'
import type { Device, Latest, Reading } from '../api.ts'
import { lastSign, nextCadence_ms } from '../state.ts'

export type Row = {
  readonly device: Device
  readonly lastSeenAt: number | undefined
  /** How often it reports, as far as is known, ms. */
  readonly cadence_ms: number | undefined
  readonly values: Readonly<Record<string, number>>
}

export type Rows = ReturnType<typeof makeRows>

export function makeRows() {
  const rows = new Map<string, Row>()
  const listeners = new Map<string, Set<() => void>>()
  const unknownListeners = new Set<() => void>()
  let list: readonly Row[] = []

  const put = (row: Row) => {
    rows.set(row.device.device, row)
    for (const listener of listeners.get(row.device.device) ?? []) listener()
  }

  return {
    get: (device: string) => rows.get(device),
    /** All rows as they were at the last load, for sorting: the order does not jump with every reading. */
    list: () => list,
    /** The rows as they are now. */
    current: () => [...rows.values()],
    load(devices: readonly Device[], latest: readonly Latest[], cadences: ReadonlyMap<string, number>): void {
      const values = new Map(latest.map((row) => [row.device, row]))
      const names = new Set(devices.map((device) => device.device))
      for (const name of rows.keys()) if (!names.has(name)) rows.delete(name)
      for (const device of devices) {
        const before = rows.get(device.device)
        const newest = values.get(device.device)
        const seen =
          Math.max(lastSign(device.lastSeenAt, device.lastRecordedAt) ?? 0, before?.lastSeenAt ?? 0) || undefined
        const loaded =
          newest && Object.fromEntries(Object.entries(newest.values).map(([name, { value }]) => [name, value]))
        put({
          device,
          lastSeenAt: seen,
          cadence_ms: cadences.get(device.device) ?? before?.cadence_ms,
          values: { ...before?.values, ...loaded },
        })
      }
      list = [...rows.values()]
    },
    take(readings: readonly Reading[]): void {
      const changed = new Map<string, Row>()
      let unknown = false
      for (const reading of readings) {
        const row = changed.get(reading.device) ?? rows.get(reading.device)
        if (!row) {
          unknown = true
          continue
        }
        const late = reading.recordedAt < (row.device.lastRecordedAt ?? 0)
        const sign = lastSign(reading.receivedAt, reading.recordedAt)!
        const gap_ms = row.lastSeenAt === undefined ? 0 : sign - row.lastSeenAt
        changed.set(reading.device, {
          device: late ? row.device : { ...row.device, lastRecordedAt: reading.recordedAt },
          lastSeenAt: Math.max(row.lastSeenAt ?? 0, sign),
          cadence_ms: gap_ms > 100 ? nextCadence_ms(row.cadence_ms, gap_ms) : row.cadence_ms,
          values: late ? row.values : { ...row.values, ...reading.values },
        })
      }
      for (const row of changed.values()) put(row)
      if (unknown) for (const listener of unknownListeners) listener()
    },
    /** What a sparkline shows of the distance of readings; less than what is known, more than nothing. */
    learnCadence(device: string, cadence_ms: number | undefined): void {
      const row = rows.get(device)
      if (row && row.cadence_ms === undefined && cadence_ms !== undefined) put({ ...row, cadence_ms })
    },
    /** Called when a device sends that is not in the list yet. */
    onUnknown(listener: () => void): () => void {
      unknownListeners.add(listener)
      return () => unknownListeners.delete(listener)
    },
    subscribe(device: string, listener: () => void): () => void {
      const set = listeners.get(device) ?? new Set()
      listeners.set(device, set.add(listener))
      return () => {
        set.delete(listener)
        if (set.size === 0) listeners.delete(device)
      }
    },
  }
}

export const useRow = (rows: Rows, device: string): Row | undefined =>
  useSyncExternalStore(
    (listener) => rows.subscribe(device, listener),
    () => rows.get(device),
  )
