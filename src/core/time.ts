// Time: instants are epoch milliseconds UTC, durations milliseconds. Text is turned into them here and nowhere else.

export const second_ms = 1_000
export const minute_ms = 60_000
export const hour_ms = 3_600_000
export const day_ms = 86_400_000

/** The earliest and latest instant that is believed: 1970 and 2200. */
export const time_min = 0
export const time_max = 7_258_118_400_000

const isoPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}:?(?:\d{2})?)?)?$/i

/**
 * An instant from ISO 8601 text ('2026-11-21', '2026-11-21 05:58:00', '2026-11-21T05:58:00.25+01:00'; without an
 * offset it is UTC) or from a number: epoch milliseconds; with fewer than 12 digits, epoch seconds.
 * Undefined when it is neither, when a field is out of range, or when it lies outside `time_min .. time_max`.
 */
export function parseTime(input: unknown): number | undefined {
  if (typeof input === 'number') return fromEpoch(input)
  if (typeof input !== 'string') return undefined
  const text = input.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return fromEpoch(Number(text))
  const match = isoPattern.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', offset = 'Z'] = match
  const whole = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute, +second)
  const date = new Date(whole)
  // Date.UTC rolls 31 February over into March; a text that did so was wrong.
  if (+hour > 23 || +minute > 59 || +second > 59) return undefined
  if (date.getUTCMonth() !== +month! - 1 || date.getUTCDate() !== +day!) return undefined
  const at = whole + Math.round(Number(`0.${fraction}`) * 1000)
  const shift = offset_ms(offset)
  return shift === undefined ? undefined : believed(at - shift)
}

/** Undefined beyond 14:59, which no place on earth has. */
function offset_ms(offset: string): number | undefined {
  if (/^(z|utc)$/i.test(offset)) return 0
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? []
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined
  return (sign === '-' ? -1 : 1) * (Number(hours) * hour_ms + Number(minutes) * minute_ms)
}

const fromEpoch = (value: number) => believed(Math.abs(value) < 1e11 ? value * 1000 : value)
const believed = (at: number) => (at >= time_min && at <= time_max ? at : undefined)

const unit_ms: Record<string, number> = {
  ms: 1,
  s: second_ms,
  m: minute_ms,
  min: minute_ms,
  h: hour_ms,
  d: day_ms,
  w: 7 * day_ms,
}

/** A duration from '250ms', '10s', '5m', '1h30m', '7d', '2w'. Undefined when it is not one, or is zero. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase()
  if (!/^(\d+(\.\d+)?(ms|s|min|m|h|d|w))+$/.test(trimmed)) return undefined
  let total = 0
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|min|m|h|d|w)/g))
    total += Number(amount) * unit_ms[unit!]!
  return total > 0 ? total : undefined
}

/** '2h', '1m30s', '250ms': the shortest text that `parseDuration` reads back. */
export function formatDuration(duration_ms: number): string {
  if (duration_ms < second_ms) return `${Math.round(duration_ms)}ms`
  let rest = Math.round(duration_ms)
  let text = ''
  for (const [unit, size] of [
    ['d', day_ms],
    ['h', hour_ms],
    ['m', minute_ms],
    ['s', second_ms],
    ['ms', 1],
  ] as const) {
    const amount = Math.floor(rest / size)
    if (amount > 0) text += `${amount}${unit}`
    rest -= amount * size
  }
  return text
}

/** ISO 8601 in UTC, to the millisecond: '2026-11-21T05:58:00.000Z'. */
export const formatTime = (at: number): string => new Date(at).toISOString()
