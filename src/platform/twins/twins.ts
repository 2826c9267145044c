// Twins: a generator fitted to what a real device has sent, streamed beside it as a device of its own.

import type { Tenant } from '#core/tenant.ts'
import type { ModelCard } from '#generators/generator.ts'
import type { Finding } from '#validators/validator.ts'

export type TwinState = {
  /** Name of the twin's own device: '<device>-twin' unless named. */
  readonly twin: string
  readonly device: string
  readonly seed: number
  readonly step_ms: number
  /** 0..100, 100 is indistinguishable by these measures. */
  readonly fidelity: number
  readonly findings: readonly Finding[]
  readonly card: ModelCard
  readonly createdAt: number
  readonly state: 'running' | 'stopped'
}

export type TwinOptions = {
  readonly twin?: string
  readonly generator?: string
  readonly seed?: number
  readonly from?: number
  readonly to?: number
}

export type Twins = {
  /** Fits, measures, backfills the twin over the real device's range and streams it from now on. Refits a twin that exists. */
  create(tenant: Tenant, device: string, options: TwinOptions, signal?: AbortSignal): Promise<TwinState>
  list(tenant: Tenant): Promise<TwinState[]>
  stop(tenant: Tenant, twin: string): Promise<TwinState>
}
