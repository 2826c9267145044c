// Platform: the services that operations and units work with, made once by `app/compose.ts`.

import type { Clock } from '#core/clock.ts'
import type { Catalogue } from '#stores/catalogue/catalogue.ts'
import type { SeriesStore } from '#stores/series/store.ts'
import type { Fleets } from './fleets/fleets.ts'
import type { Ingest } from './ingest/ingest.ts'
import type { Live } from './live/live.ts'
import type { Twins } from './twins/twins.ts'

export type Platform = {
  readonly clock: Clock
  readonly store: SeriesStore
  readonly catalogue: Catalogue
  readonly ingest: Ingest
  readonly live: Live
  readonly fleets: Fleets
  readonly twins: Twins
}
