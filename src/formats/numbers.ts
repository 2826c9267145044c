// Numbers as files write them: decimal commas, thousands, and the many ways to say that there is none.

const gaps = new Set([
  '',
  'na',
  'n/a',
  'nan',
  'null',
  'none',
  'nil',
  '-',
  '--',
  '?',
  '.',
  'missing',
  '#n/a',
  'undefined',
])

/** Whether the cell says that there is no value. */
export const isGap = (cell: unknown): boolean =>
  cell === null ||
  cell === undefined ||
  (typeof cell === 'string' && gaps.has(cell.trim().toLowerCase())) ||
  Number.isNaN(cell)

const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const comma = /^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d*)?(e[+-]?\d+)?$/i

/** The finite number of a cell: a gap is NaN, what is neither is undefined. true and false are 1 and 0. */
export function numberOf(cell: unknown, decimalComma = false): number | undefined {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : Number.isNaN(cell) ? Number.NaN : undefined
  if (typeof cell === 'bigint') return Number(cell)
  if (typeof cell === 'boolean') return cell ? 1 : 0
  if (typeof cell !== 'string') return isGap(cell) ? Number.NaN : undefined
  const text = cell.trim()
  if (plain.test(text)) return finite(Number(text))
  if (decimalComma && comma.test(text)) return finite(Number(text.replaceAll('.', '').replace(',', '.')))
  if (gaps.has(text.toLowerCase())) return Number.NaN
  if (/^true$/i.test(text)) return 1
  if (/^false$/i.test(text)) return 0
  return undefined
}

const finite = (value: number) => (Number.isFinite(value) ? value : undefined)
