// Limits of one reading and of one request, in one place because the check, the schema and the doors state them.

import { day_ms } from '#core/time.ts'

/** How far ahead of ours a device's clock may be. Later times would hide every true reading from `latest`. */
export const ahead_max_ms = day_ms
export const channels_max = 64
/** Largest size of a value: the sum of every reading that could ever be stored stays a finite number. */
export const value_max = 1e290
export const idLength_max = 128
export const labelLength_max = 64
/** Most events of one request. */
export const requestEvents_max = 10_000
