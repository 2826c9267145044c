// How a column of cells writes its instants, found by looking at some of them. All formats share it.

import { parseTime, time_max, time_min } from '#core/time.ts'

/** A way to write times: its name for people and the reader of one cell (undefined: not a time). */
export type TimeKind = { readonly name: string; readonly read: (cell: unknown) => number | undefined }

/** Share of the cells that a kind must read to be believed. */
const majority = 0.8

/** The first kind that reads nearly all of the cells (empty ones aside), with the first that reads most of them. */
export function timeKindOf(cells: readonly unknown[]): TimeKind | undefined {
  const filled = cells.filter((cell) => cell !== '' && cell !== null && cell !== undefined)
  if (filled.length === 0) return undefined
  return kindsFor(filled).find(
    (kind) => filled.filter((c) => kind.read(c) !== undefined).length >= majority * filled.length,
  )
}

/** Whether the kind is a plain number, which other columns may look like too. */
export const isEpoch = (kind: TimeKind): boolean => kind.name.startsWith('epoch')

/** How the kinds are called together, for error messages. */
export const knownTimes =
  "ISO 8601 ('2026-11-21T05:58:00Z', '2026-11-21 05:58:00'), '21.11.2026 05:58', '11/21/2026 05:58' or epoch s, ms, us, ns"

function kindsFor(cells: readonly unknown[]): TimeKind[] {
  return [
    { name: 'timestamp', read: (cell) => (cell instanceof Date ? believed(cell.getTime()) : undefined) },
    { name: 'ISO 8601', read: (cell) => (typeof cell === 'string' && !isNumber(cell) ? parseTime(cell) : undefined) },
    { name: 'YYYY/MM/DD', read: (cell) => slashes(cell, /^(\d{4})\/(\d{1,2})\/(\d{1,2})\b(.*)$/, [1, 2, 3]) },
    { name: 'DD.MM.YYYY', read: (cell) => slashes(cell, /^(\d{1,2})\.(\d{1,2})\.(\d{4})\b(.*)$/, [3, 2, 1]) },
    dayFirst(cells)
      ? { name: 'DD/MM/YYYY', read: (cell) => slashes(cell, /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b(.*)$/, [3, 2, 1]) }
      : { name: 'MM/DD/YYYY', read: (cell) => slashes(cell, /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})\b(.*)$/, [3, 1, 2]) },
    epoch('epoch s', 3e8, 4.2e9, 1000),
    epoch('epoch ms', 3e11, 4.2e12, 1),
    epoch('epoch us', 3e14, 4.2e15, 1e-3),
    epoch('epoch ns', 3e17, 4.2e18, 1e-6),
  ]
}

/** Only a day above 12 tells the two orders apart; without one, the month is taken to come first. */
const dayFirst = (cells: readonly unknown[]) =>
  cells.some((cell) => typeof cell === 'string' && Number(/^(\d{1,2})[/-]\d{1,2}[/-]\d{4}/.exec(cell)?.[1]) > 12)

const isNumber = (text: string) => /^\s*[+-]?\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(text)

function epoch(name: string, low: number, high: number, factor: number): TimeKind {
  return {
    name,
    read(cell) {
      if (typeof cell !== 'number' && typeof cell !== 'bigint' && !(typeof cell === 'string' && isNumber(cell)))
        return undefined
      const value = Number(cell)
      return value >= low && value <= high ? Math.round(value * factor) : undefined
    },
  }
}

function slashes(
  cell: unknown,
  pattern: RegExp,
  [year, month, day]: readonly [number, number, number],
): number | undefined {
  if (typeof cell !== 'string') return undefined
  const match = pattern.exec(cell.trim())
  if (!match) return undefined
  const date = `${match[year]}-${match[month]!.padStart(2, '0')}-${match[day]!.padStart(2, '0')}`
  return parseTime(`${date}${clockOf(match[4]!)}`)
}

/** ' 5:58 PM' as ' 17:58'. */
function clockOf(text: string): string {
  const match = /^[ T,]+(\d{1,2}):(\d{2})(:\d{2}(?:[.,]\d+)?)?\s*([AP])?\.?M?\.?$/i.exec(text)
  if (!match) return text
  const [, hour, minute, rest = '', half] = match
  const hours = half ? (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0) : Number(hour)
  return ` ${String(hours).padStart(2, '0')}:${minute}${rest}`
}

const believed = (at: number) => (at >= time_min && at <= time_max ? at : undefined)
