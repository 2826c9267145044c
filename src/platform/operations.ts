// Every operation of the product. REST, OpenAPI, the CLI and the typed client are drawn from this list.

import { accessOperations } from './access/operations.ts'
import { deviceOperations } from './devices/operations.ts'
import { fleetOperations } from './fleets/operations.ts'
import { generateOperations } from './generate/operations.ts'
import { ingestOperations } from './ingest/operations.ts'
import { liveOperations } from './live/operations.ts'
import { overview } from './overview.ts'
import { queryOperations } from './query/operations.ts'
import { twinOperations } from './twins/operations.ts'

export const operations = [
  overview,
  ...ingestOperations,
  ...deviceOperations,
  ...queryOperations,
  ...liveOperations,
  ...generateOperations,
  ...fleetOperations,
  ...twinOperations,
  ...accessOperations,
]
