// Platform: the services that operations and units work with, made once by `app/compose.ts`.

import type { Clock } from '#core/clock.ts'
import type { Catalogue } from '#stores/catalogue/catalogue.ts'
import type { SeriesStore } from '#stores/series/store.ts'
import { type Access, createAccess } from './access/access.ts'
import { createSettings, type Settings } from './access/settings.ts'
import type { Fleets } from './fleets/fleets.ts'
import { createIngest, type Ingest } from './ingest/ingest.ts'
import { createLive, type Live } from './live/live.ts'
import type { Twins } from './twins/twins.ts'

/** What everything else stands on: storage, the door, who may use it, and who listens. */
export type Core = {
  readonly version: string
  /** Epoch ms. */
  readonly startedAt: number
  readonly clock: Clock
  readonly store: SeriesStore
  readonly catalogue: Catalogue
  readonly access: Access
  readonly settings: Settings
  readonly live: Live
  readonly ingest: Ingest
}

export type Platform = Core & {
  readonly fleets: Fleets
  readonly twins: Twins
}

export type CoreParts = Pick<Core, 'version' | 'clock' | 'store' | 'catalogue'>

/** Wires the services that need nothing but a store, a catalogue and a clock. Closing the two stays with the caller. */
export function createCore({ version, clock, store, catalogue }: CoreParts): Core {
  const live = createLive()
  const settings = createSettings({ catalogue, clock })
  const access = createAccess({ catalogue, clock })
  const ingest = createIngest({ store, settings, clock, live })
  return { version, startedAt: clock.now(), clock, store, catalogue, access, settings, live, ingest }
}
