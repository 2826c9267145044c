// How a command reaches the product: over HTTP when a server runs, otherwise the same operations on the data folder.

import type { Operation, Rows } from '#platform/operation.ts'

export type Caller = AsyncDisposable & {
  /** For people: 'http://127.0.0.1:8080' or the folder. */
  readonly where: string
  /** Whether a server answers; what must go on streaming needs one. */
  readonly served: boolean
  document(operation: Operation, input: Record<string, unknown>, signal: AbortSignal): Promise<unknown>
  rows(operation: Operation, input: Record<string, unknown>, signal: AbortSignal): Promise<Rows>
  events(
    operation: Operation,
    input: Record<string, unknown>,
    signal: AbortSignal,
  ): AsyncIterable<{ event: string; data: unknown }>
}
