// Readings as rows: page by page from the store, so that an export of any length needs the memory of one page.

import { createHash } from 'node:crypto'
import { InputError } from '#core/errors.ts'
import type { Reading } from '#core/reading.ts'
import type { Tenant } from '#core/tenant.ts'
import type { ReadingsQuery, SeriesStore } from '#stores/series/store.ts'
import type { Rows } from '../operation.ts'

type After = NonNullable<ReadingsQuery['after']>

/** Readings that are asked of the store at once; one page when the caller wants one. */
export const page_max = 10_000
const exportPage = 5_000

/**
 * One page of at most `limit` readings with the cursor of the next, or without a limit everything.
 * A cursor holds the place and the range where the page ended (so that 'now' does not move under a walk) and is tied
 * to the rest of the query, as the caller asked it (`asked` are the devices named, absent for all), by a short hash. Throws InputError for a cursor of another query.
 */
export function readingsRows(
  store: SeriesStore,
  tenant: Tenant,
  query: Omit<ReadingsQuery, 'limit' | 'after'>,
  page: { limit?: number; cursor?: string; asked?: readonly string[] },
  signal: AbortSignal,
): Rows {
  const fingerprint = fingerprintOf({ ...query, asked: page.asked })
  const start = page.cursor === undefined ? undefined : readCursor(page.cursor, fingerprint)
  const range = start ? { from: start.from, to: start.to } : { from: query.from, to: query.to }
  let next: string | undefined
  async function* pages() {
    let after = start?.after
    for (;;) {
      signal.throwIfAborted()
      // One more than the page tells whether there is another.
      const size = page.limit ?? exportPage
      const readings = await store.readings(tenant, { ...query, ...range, limit: Math.min(size + 1, page_max), after })
      const full = readings.length > size || (size === page_max && readings.length === page_max)
      const taken = readings.slice(0, size)
      const last = taken.at(-1)
      if (full && last) after = { recordedAt: last.recordedAt, device: last.device, id: last.id }
      if (full && page.limit !== undefined && after) next = writeCursor({ ...range, after }, fingerprint)
      if (taken.length > 0) yield taken
      if (!full || page.limit !== undefined) return
    }
  }
  return { rows: pages() as AsyncIterable<readonly Reading[]>, cursor: () => next }
}

type Place = { from: number; to: number; after: After }

const writeCursor = ({ from, to, after }: Place, fingerprint: string) =>
  Buffer.from(JSON.stringify([fingerprint, from, to, after.recordedAt, after.device, after.id])).toString('base64url')

function readCursor(cursor: string, fingerprint: string): Place {
  try {
    const [query, from, to, recordedAt, device, id] = JSON.parse(
      Buffer.from(cursor, 'base64url').toString(),
    ) as unknown[]
    const numbers = [from, to, recordedAt].every((value) => Number.isSafeInteger(value))
    if (!numbers || typeof device !== 'string' || typeof id !== 'string') throw new TypeError('not a cursor')
    if (query === fingerprint) {
      return { from: from as number, to: to as number, after: { recordedAt: recordedAt as number, device, id } }
    }
  } catch {
    throw new InputError('this is not a cursor that a page ended with', [
      { field: 'cursor', message: 'the cursor of the last answer, unchanged' },
    ])
  }
  throw new InputError('this cursor belongs to another query', [
    { field: 'cursor', message: 'keep devices, channels and order as they were, or start without a cursor' },
  ])
}

/** What must stay the same from page to page. The range is not among it: the cursor carries its own. */
const fingerprintOf = ({
  asked,
  channels,
  order,
}: Pick<ReadingsQuery, 'channels' | 'order'> & { asked?: readonly string[] }) =>
  createHash('sha256')
    .update(JSON.stringify([asked ?? 'all', channels, order]))
    .digest('base64url')
    .slice(0, 12)
