// Looks at the beginning of a CSV file: delimiter, decimal comma, header, comments.

import { numberOf } from '../numbers.ts'
import { timeKindOf } from '../times.ts'

export type Dialect = {
  readonly delimiter: string
  readonly decimalComma: boolean
  readonly comment: boolean
}

const delimiters = [',', ';', '\t', '|'] as const

/** The delimiter that cuts most lines into the same number (2 or more) of cells; a comma when none does. */
export function dialectOf(head: string): Dialect {
  const comment = /^\s*#/.test(head)
  const lines = head
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '' && !(comment && line.startsWith('#')))
    .slice(0, 200)
  const scored = delimiters.map((delimiter) => {
    const counts = lines.map((line) => cut(line, delimiter).length)
    const usual = modeOf(counts)
    return { delimiter, score: usual < 2 ? 0 : counts.filter((n) => n === usual).length + usual / 1000 }
  })
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a))
  const semicolons = scored[1]!
  // '1,5;2,5' is cut evenly by both: between commas and semicolons, semicolons are meant.
  const delimiter =
    best.score === 0 ? ',' : best.delimiter === ',' && semicolons.score >= 0.9 * lines.length ? ';' : best.delimiter
  const cells = lines.flatMap((line) => cut(line, delimiter)).map((cell) => cell.replace(/^"|"$/g, ''))
  const withComma = cells.filter((cell) => /^\s*[+-]?\d+,\d+\s*$/.test(cell)).length
  const withPoint = cells.filter((cell) => /^\s*[+-]?\d+\.\d+\s*$/.test(cell)).length
  return { delimiter, decimalComma: delimiter !== ',' && withComma > withPoint, comment }
}

/** Names only: no cell of the first row is a number or a time, and not all are empty. */
export function isHeader(row: readonly string[]): boolean {
  const filled = row.filter((cell) => cell.trim() !== '')
  return (
    filled.length > 0 &&
    filled.every((cell) => {
      const number = numberOf(cell, true)
      return (number === undefined || Number.isNaN(number)) && timeKindOf([cell]) === undefined
    })
  )
}

/** Cells of one line; a delimiter within quotes does not cut. */
function cut(line: string, delimiter: string): string[] {
  const cells = ['']
  let quoted = false
  for (const char of line) {
    if (char === '"') quoted = !quoted
    if (char === delimiter && !quoted) cells.push('')
    else cells[cells.length - 1] += char
  }
  return cells
}

function modeOf(numbers: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const n of numbers) counts.set(n, (counts.get(n) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0
}
