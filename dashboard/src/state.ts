// Whether a device is live, late or silent: its last sign of life against its own cadence. Pure.

import type { Device } from '../../src/core/device.ts'
import { day_ms } from '../../src/core/time.ts'

export type DeviceState = 'live' | 'late' | 'silent' | 'never'

export const stateWords: Record<DeviceState, string> = {
  live: 'Live',
  late: 'Late',
  silent: 'Silent',
  never: 'No data',
}
/** For sorting: what needs a look comes first. */
export const stateRank: Record<DeviceState, number> = { late: 0, silent: 1, never: 2, live: 3 }

/** Assumed until a device has shown its own: most sensors report at least once a minute. */
export const cadenceUnknown_ms = 60_000

/**
 * live: within three beats (and at least 5 s). late: within twenty beats (and at least a minute). Then silent.
 * Clocks of server and browser differ; a last seen in the future counts as now.
 */
export function stateOf(
  lastSeenAt: number | undefined,
  now: number,
  cadence_ms: number = cadenceUnknown_ms,
): DeviceState {
  if (lastSeenAt === undefined) return 'never'
  const age_ms = now - lastSeenAt
  if (age_ms <= Math.max(3 * cadence_ms, 5_000)) return 'live'
  return age_ms <= Math.max(20 * cadence_ms, 60_000) ? 'late' : 'silent'
}

/**
 * The last sign of life: when something was received, unless what was received is older than a day. An import of last year's
 * readings does not make a device live.
 */
export const lastSign = (seenAt: number | undefined, recordedAt: number | undefined): number | undefined =>
  seenAt !== undefined && recordedAt !== undefined && seenAt - recordedAt > day_ms ? recordedAt : seenAt

/** Follows the distance of deliveries: quick to learn the first one, slow to believe an outlier. */
export function nextCadence_ms(cadence_ms: number | undefined, gap_ms: number): number | undefined {
  if (!(gap_ms > 0)) return cadence_ms
  if (cadence_ms === undefined) return gap_ms
  return cadence_ms + 0.2 * (Math.min(gap_ms, 4 * cadence_ms) - cadence_ms)
}

/** Free text over what a person may know of a device; every word must occur. */
export function matchesSearch(device: Device, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const text = [
    device.device,
    device.location,
    device.mac,
    device.ip,
    device.firmware,
    device.kind,
    device.fleet,
    ...device.channels,
  ]
    .filter(Boolean)
    .join(' ')
    .toLowerCase()
  return words.every((word) => text.includes(word))
}
