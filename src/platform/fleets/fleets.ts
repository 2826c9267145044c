// Fleets: any number of synthetic devices, streamed through the pipeline in real time or faster.

import type { Tenant } from '#core/tenant.ts'

/** What a fleet is; kept as a document of the catalogue, so that a restart goes on where it was. */
export type FleetSpecification = {
  readonly fleet: string
  readonly devices: number
  readonly interval_ms: number
  /** 1 is real time. */
  readonly speed: number
  readonly seed: number
  /** How much history is made before the first live reading, ms, and at what distance. */
  readonly history_ms: number
  readonly historyInterval_ms: number
  /** Preset names of the channels: temperature, humidity, pressure, battery, ... */
  readonly channels: readonly string[]
}

export type FleetState = FleetSpecification & {
  readonly state: 'backfilling' | 'running' | 'stopped'
  readonly sent: number
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: number
  /** Largest lateness of a send against its schedule over the last minute, ms. */
  readonly late_ms: number
}

export type Fleets = {
  start(tenant: Tenant, specification: FleetSpecification): Promise<FleetState>
  /** Throws NotFoundError. The devices and their readings stay. */
  stop(tenant: Tenant, fleet: string): Promise<FleetState>
  list(tenant: Tenant): Promise<FleetState[]>
}
