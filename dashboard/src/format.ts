// Numbers and times as a person wants to read them. Pure; every text has a stable width where digits change.

import { printUnit, unitOfChannel } from '../../src/core/units.ts'

export { printUnit }

const thin = ' '
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 1,204,311 */
export const formatCount = (value: number): string => whole.format(Math.round(value))

/** Digits that say something at this size: 1013.2, 21.42, 0.042. `NaN` is a dash. */
export function formatValue(value: number | undefined | null): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 100_000) return formatCompact(value)
  if (size >= 10_000) return whole.format(value)
  if (size >= 100) return value.toFixed(1)
  if (size >= 1 || size === 0) return value.toFixed(2)
  return value.toPrecision(2)
}

/** 1.20M, 48.1k: three digits at most. */
export function formatCompact(value: number): string {
  const size = Math.abs(value)
  for (const [limit, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= limit) return `${(value / limit).toPrecision(3)}${letter}`
  }
  return Number.isInteger(value) ? String(value) : value.toPrecision(3)
}

/** The unit that the device names, or the one that the channel's name suggests. */
export const unitOf = (channel: string, units?: Readonly<Record<string, string>>): string =>
  units?.[channel] ?? unitOfChannel(channel)

/** Value and unit, bytes in powers of 1,000: ['42.1', 'kB/s']. */
export function formatMeasure(value: number | undefined | null, unit: string): readonly [string, string] {
  const printed = printUnit(unit)
  if (value === undefined || value === null || !Number.isFinite(value)) return ['–', printed]
  if (printed === 'B' || printed === 'B/s') {
    const size = Math.abs(value)
    const [limit, letter] = size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e3 ? [1e3, 'k'] : [1, '']
    const scaled = value / limit
    return [limit === 1 ? String(Math.round(scaled)) : scaled.toPrecision(3), `${letter}${printed}`]
  }
  if (printed === '%') return [Math.abs(value) < 1 && value !== 0 ? value.toPrecision(2) : value.toFixed(1), printed]
  return [formatValue(value), printed]
}

/** 21.42 °C; a unit that is a percent sign stands close. */
export function formatWithUnit(value: number | undefined | null, unit: string): string {
  const [number, printed] = formatMeasure(value, unit)
  return printed ? `${number}${printed === '%' ? '' : thin}${printed}` : number
}

/** How long ago: 'now', '4 s', '12 min', '3 h', '2 d'. */
export function formatAge(age_ms: number): string {
  const seconds = Math.max(0, Math.floor(age_ms / 1000))
  if (seconds < 2) return 'now'
  if (seconds < 90) return `${seconds}${thin}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 90) return `${minutes}${thin}min`
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  if (hours < 48) return `${hours}${thin}h`
  return days < 730 ? `${days}${thin}d` : `${Math.floor(days / 365.25)}${thin}y`
}

/** A span: '42 s', '12 min', '3 h 20 min', '6 d 4 h'. */
export function formatSpan(span_ms: number): string {
  const seconds = Math.max(0, Math.round(span_ms / 1000))
  if (seconds < 90) return `${seconds}${thin}s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes}${thin}min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours}${thin}h` : `${hours}${thin}h ${minutes % 60}${thin}min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days}${thin}d` : `${days}${thin}d ${hours % 24}${thin}h`
}

/** Milliseconds of a latency: '0.84 ms', '12 ms', '1.40 s'. */
export function formatLatency(latency_ms: number): string {
  if (!Number.isFinite(latency_ms)) return '–'
  if (latency_ms >= 1000) return `${(latency_ms / 1000).toFixed(2)}${thin}s`
  return `${latency_ms >= 10 ? latency_ms.toFixed(0) : latency_ms.toFixed(1)}${thin}ms`
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const dayAndMinute = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const dayAndClock = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

export const formatClock = (at: number): string => clock.format(at)
/** '21 Nov 14:05'; with its year when that is another than this one. */
export const formatMoment = (at: number, now: number = Date.now()): string =>
  withYear(dayAndMinute.format(at).replace(', ', ' '), at, now)
export const formatMomentExact = (at: number, now: number = Date.now()): string =>
  withYear(dayAndClock.format(at).replace(', ', ' '), at, now)
const withYear = (text: string, at: number, now: number) => {
  const year = new Date(at).getFullYear()
  return year === new Date(now).getFullYear() ? text : text.replace(/ (?=\d\d:)/, ` ${year} `)
}
export const formatFull = (at: number): string => full.format(at)

/** 52.5200° N, 13.4050° E */
export function formatPlace(latitude: number, longitude: number): string {
  const degrees = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(4)}° ${value >= 0 ? positive : negative}`
  return `${degrees(latitude, 'N', 'S')}, ${degrees(longitude, 'E', 'W')}`
}

/** 'network_received_bytes' as words. The unit already says bytes, ms and percent. */
export function formatChannel(channel: string): string {
  const words =
    channel
      .replace(/_(bytes_per_s|per_s|bytes|percent|pct|ms|s|celsius)$/i, '')
      .replaceAll(/[_.]+/g, ' ')
      .trim() || channel
  const shown = words.replaceAll(/\b(cpu|ram|rh|io|ip|ac|dc|co2|no2|tvoc|pm10|rssi)\b/gi, (word) =>
    word.toUpperCase().replace(/O2$/, 'O₂'),
  )
  return shown.charAt(0).toUpperCase() + shown.slice(1)
}
