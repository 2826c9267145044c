// Content negotiation for rows (RFC 9110, 12.5.1): JSON, NDJSON or CSV by the Accept header with its weights, or by
// ?format= where a link is all there is.

import { InputError } from '#core/errors.ts'

export const rowFormats = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
} as const
export type RowFormat = keyof typeof rowFormats

const names = Object.keys(rowFormats) as RowFormat[]

/** Throws InputError: 400 for an unknown ?format=, 406 when Accept allows none of the three. */
export function formatOf(accept: string | undefined, asked: unknown): RowFormat {
  if (asked !== undefined) {
    const found = names.find((name) => name === asked)
    if (found) return found
    throw new InputError(`format: '${String(asked)}' is not one of ${names.join(', ')}`, [
      { field: 'format', message: `one of ${names.join(', ')}` },
    ])
  }
  const ranges = rangesOf(accept ?? '*/*')
  let best: { name: RowFormat; weight: number } | undefined
  for (const name of names) {
    const weight = weightOf(rowFormats[name], ranges)
    if (weight > 0 && weight > (best?.weight ?? 0)) best = { name, weight }
  }
  if (best) return best.name
  throw new InputError(`'${accept}' cannot be answered; there is ${Object.values(rowFormats).join(', ')}`, [], {
    status: 406,
  })
}

type MediaRange = { readonly type: string; readonly weight: number }

const rangesOf = (accept: string): MediaRange[] =>
  accept.split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    const weight = q === undefined ? 1 : Number(q.slice(2))
    return {
      type: type === 'application/ndjson' ? rowFormats.ndjson : type,
      weight: Number.isFinite(weight) ? weight : 0,
    }
  })

/** The weight of the most specific range that fits. */
function weightOf(type: string, ranges: readonly MediaRange[]): number {
  for (const wanted of [type, `${type.split('/')[0]}/*`, '*/*']) {
    const found = ranges.find((range) => range.type === wanted)
    if (found) return found.weight
  }
  return 0
}
