// Ids of synthetic readings: a UUIDv8 (RFC 9562) that is a function of the device's random stream and the reading's
// nominal time. The same reading sent again, after a restart or by a repeated backfill, is a duplicate and never a
// second reading. Laid out like UUIDv7, time first, because ids that grow with time are cheap for every ledger.

import type { Rng } from '#core/rng.ts'

/** Positions of a device's stream that belong to one nominal millisecond: 4 for the id, the others for its fate. */
export const wordsPerInstant = 8

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const byte = (word: number, shift: number) => hex[(word >>> shift) & 255]!

/** `time` is a whole number of epoch ms; 78 bits come from the stream. */
export function timedId(rng: Rng, time: number): string {
  const at = time * wordsPerInstant
  const high = Math.floor(time / 65536)
  const low = time % 65536
  const a = rng.wordAt(at)
  const b = rng.wordAt(at + 1)
  const c = rng.wordAt(at + 2)
  return (
    `${byte(high, 24)}${byte(high, 16)}${byte(high, 8)}${byte(high, 0)}-${byte(low, 8)}${byte(low, 0)}-` +
    `${hex[0x80 | ((a >>> 8) & 15)]}${byte(a, 0)}-${hex[0x80 | ((a >>> 16) & 63)]}${byte(a, 24)}-` +
    `${byte(b, 24)}${byte(b, 16)}${byte(b, 8)}${byte(b, 0)}${byte(c, 24)}${byte(c, 16)}`
  )
}
