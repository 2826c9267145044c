// The devices of a fleet: names, places, addresses, firmware. A function of (fleet, seed, index), and the names of
// (fleet, index) alone, so that a fleet that grows keeps the devices that it had.

import type { DeviceMetadata } from '#core/device.ts'
import { createRng, type Rng } from '#core/rng.ts'
import { unitOfChannel } from '#core/units.ts'
import { cities, spots } from './cities.ts'
import type { FleetSpecification } from './specification.ts'

export type Member = {
  readonly device: string
  readonly metadata: DeviceMetadata
  /** Everything random about this device's sending. */
  readonly rng: Rng
  /** When in its interval the device sends, ms, whole. */
  readonly phase_ms: number
  readonly latitude: number
  readonly longitude: number
}

/** Devices that share a site before the next city gets one. */
const perSite = 4

const firmwares = ['2.4.1', '2.4.1', '2.4.1', '2.4.0', '2.4.0', '2.3.7', '2.3.5', '2.5.0-rc.2']

/** 'plant-berlin-03': fleet, city, running number in that city. */
export function deviceName(fleet: string, index: number): string {
  const { city, number } = siteOf(index)
  return `${fleet}-${cities[city]!.name.toLowerCase()}-${String(number).padStart(2, '0')}`
}

function siteOf(index: number): { city: number; number: number } {
  const round = Math.floor(index / (perSite * cities.length))
  const city = Math.floor(index / perSite) % cities.length
  return { city, number: round * perSite + (index % perSite) + 1 }
}

/** Position of a member's traits in its stream: far from those of `field.ts`. */
const traitsAt = 2 ** 52

export function memberAt(specification: FleetSpecification, index: number): Member {
  const { fleet, seed, interval_ms, channels } = specification
  const device = deviceName(fleet, index)
  const rng = createRng(seed).derive('fleet', device)
  const trait = (k: number) => rng.uniformAt(traitsAt + k)
  const { city, number } = siteOf(index)
  const { name, latitude, longitude } = cities[city]!
  const spot = spots[(number - 1) % spots.length]!
  const lap = Math.floor((number - 1) / spots.length)
  const place = {
    latitude: round(latitude + 0.06 * (trait(0) - 0.5), 5),
    longitude: round(longitude + 0.09 * (trait(1) - 0.5), 5),
  }
  const word = rng.wordAt(traitsAt + 2)
  return {
    device,
    rng,
    ...place,
    phase_ms: Math.floor(trait(3) * interval_ms),
    metadata: {
      kind: 'synthetic',
      location: `${name} / ${spot}${lap > 0 ? ` ${lap + 1}` : ''}`,
      // Locally administered (bit 1 of the first byte): belongs to no maker, so it is nobody's real address.
      mac: ['02', ...[24, 16, 8, 0].map((shift) => hex((word >>> shift) & 255)), hex(index & 255)].join(':'),
      ip: `10.${20 + (city % 200)}.${(number >> 8) & 255}.${number & 255}`,
      firmware: firmwares[Math.floor(trait(4) * firmwares.length)]!,
      ...place,
      fleet,
      units: Object.fromEntries(channels.map((channel) => [channel, unitOfChannel(channel)])),
    },
  }
}

export const rosterOf = (specification: FleetSpecification): Member[] =>
  Array.from({ length: specification.devices }, (_, index) => memberAt(specification, index))

const hex = (byte: number) => byte.toString(16).padStart(2, '0')
const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits
