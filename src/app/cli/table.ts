// Tables for people: aligned columns, numbers to the right, times relative or short, gaps as a dot.

import { formatDuration } from '#core/time.ts'
import type { Paint } from './io.ts'

export type Column = { readonly key: string; readonly title?: string }

/** One table; columns are those given, or all keys of the rows. `now` is epoch ms, for relative times. */
export function tableOf(
  rows: readonly Record<string, unknown>[],
  options: { columns?: readonly Column[]; now: number; paint: Paint; width?: number; header?: boolean },
): string {
  const columns: readonly Column[] = options.columns ?? keysOf(rows).map((key) => ({ key }))
  const cells = rows.map((row) => columns.map(({ key }) => cellOf(key, row[key], options.now)))
  const titles = columns.map(({ key, title }) => title ?? titleOf(key))
  const right = columns.map(({ key }) => rows.some((row) => typeof row[key] === 'number') && !isTime(key))
  const widths = titles.map((title, i) => Math.max(lengthOf(title), ...cells.map((row) => lengthOf(row[i]!))))
  const lineOf = (row: readonly string[]) =>
    clip(
      row
        .map((text, i) => pad(text, widths[i]!, right[i]!))
        .join('  ')
        .trimEnd(),
      options.width,
    )
  return [...(options.header === false ? [] : [options.paint.dim(lineOf(titles))]), ...cells.map(lineOf)]
    .map((line) => `${line}\n`)
    .join('')
}

/** One document as name and value, one per line. */
export function factsOf(document: Record<string, unknown>, now: number, paint: Paint): string {
  const entries = Object.entries(document).filter(([, value]) => value !== undefined)
  const width = Math.max(0, ...entries.map(([key]) => titleOf(key).length))
  return entries
    .map(([key, value]) => `${paint.dim(titleOf(key).padEnd(width))}  ${cellOf(key, value, now)}\n`)
    .join('')
}

/** '3 s ago', 'in 2 min'. */
export function relative(at: number, now: number): string {
  const distance = Math.abs(now - at)
  const [size, unit] = (
    [
      [86_400_000, 'd'],
      [3_600_000, 'h'],
      [60_000, 'min'],
      [1000, 's'],
    ] as const
  ).find(([ms]) => distance >= ms) ?? [0, '']
  if (size === 0) return 'now'
  const amount = `${Math.floor(distance / size)} ${unit}`
  return at <= now ? `${amount} ago` : `in ${amount}`
}

/** Six significant digits at most, never an exponent below 10^15. */
export const number = (value: number): string =>
  Number.isInteger(value)
    ? String(value)
    : Math.abs(value) >= 1e15 || (Math.abs(value) < 1e-4 && value !== 0)
      ? value.toPrecision(4)
      : String(Number(value.toPrecision(6)))

/** Our own durations; a channel of a device keeps its number. */
const durations = /^(interval|history|historyInterval|step|late|bucket)_ms$/
const isTime = (key: string) => /^(time|from|to|.*At)$/.test(key)

/** A value as a person wants to see it, by its name and type. */
export function cellOf(key: string, value: unknown, now: number): string {
  if (value === undefined || value === null || value === '') return '·'
  if (typeof value === 'number') {
    if (/(seenAt|createdAt|updatedAt)$/i.test(key)) return relative(value, now)
    if (durations.test(key)) return value === 0 ? '0' : formatDuration(value)
    return isTime(key) && value > 1e11 ? shortTime(value) : number(value)
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value))
    return value.every((item) => typeof item !== 'object') ? value.join(', ') || '·' : `${value.length} items`
  if (typeof value === 'object')
    return (
      Object.entries(value)
        .map(([k, v]) => `${k} ${inner(v)}`)
        .join(', ') || '·'
    )
  return String(value)
}

const inner = (value: unknown): string =>
  typeof value === 'number'
    ? number(value)
    : typeof value === 'object' && value !== null && 'value' in value
      ? inner(value.value)
      : String(value)

/** '2026-11-21 06:00:00', with milliseconds only where there are some. */
const shortTime = (at: number) =>
  new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.000Z$|Z$/, '')

/** Our own names are spelled out ('lastSeenAt' is 'last seen'); channels keep the names that devices gave them. */
const titleOf = (key: string) =>
  /^[a-z]+([A-Z][a-z]+)+(_ms|_s)?$|_(ms|s)$/.test(key)
    ? key
        .replace(durations, '$1')
        .replace(/_(ms|s)$/, ' $1')
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .replace(/ At$/, '')
        .toLowerCase()
    : key

function keysOf(rows: readonly Record<string, unknown>[]): string[] {
  const keys = new Set<string>()
  for (const row of rows) for (const key of Object.keys(row)) keys.add(key)
  return [...keys]
}

const lengthOf = (text: string) => [...text].length
const pad = (text: string, width: number, right: boolean) => {
  const space = ' '.repeat(Math.max(0, width - lengthOf(text)))
  return right ? space + text : text + space
}
const clip = (line: string, width: number | undefined) =>
  width && lengthOf(line) > width ? `${[...line].slice(0, width - 1).join('')}…` : line
