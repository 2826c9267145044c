// What kind of numbers a channel has: constant, a count that only rises, their resolution, limits and trend.

import { mean, present, quantile, sorted } from '#maths/statistics.ts'

/** Decimal grain of the values, at most `most` are looked at: 0.1, 1, 0.5, ...; undefined when there is none. */
export function resolutionOf(values: Float64Array, most = 4000): number | undefined {
  const all = present(values)
  const stride = Math.max(1, Math.floor(all.length / most))
  const some = all.filter((_, i) => i % stride === 0)
  for (const perUnit of [1, 10, 100, 1000, 1e4, 1e5]) {
    const fine = perUnit === 1 ? some.every((x) => Number.isSafeInteger(x)) : some.every((x) => isMultiple(x, perUnit))
    if (!fine) continue
    // A grain as coarse as the whole range, or one that makes distinct values equal, is no sensor's: the values are just small.
    if (distinct(some, perUnit) < distinct(some)) continue
    let divisor = 0
    const origin = Math.round(some[0]! * perUnit)
    for (const x of some) divisor = greatestDivisor(divisor, Math.abs(Math.round(x * perUnit) - origin))
    // A coarser grid counts when it goes through zero, as a grid of a sensor does.
    return (divisor > 1 && origin % divisor === 0 ? divisor : 1) / perUnit
  }
  return undefined
}

/** How many different values there are, as they come or rounded to 1 / perUnit. */
const distinct = (values: Float64Array, perUnit?: number): number =>
  new Set(perUnit === undefined ? values : values.map((x) => Math.round(x * perUnit))).size

/** Whether x is a multiple of 1 / perUnit, up to the 6e-8 of itself that a 32-bit float on the way may have cost. */
function isMultiple(x: number, perUnit: number): boolean {
  const scaled = x * perUnit
  // From half a million on that tolerance would let anything pass.
  return Math.abs(scaled) < 5e5 && Math.abs(scaled - Math.round(scaled)) <= 1e-7 * Math.abs(scaled) + 1e-6
}

function greatestDivisor(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y > 0) [x, y] = [y, x % y]
  return x
}

/** Limits that the quantity itself has. */
export function limitsOf(ascending: Float64Array, unit: string): { lower?: number; upper?: number } {
  const [low, high] = [ascending[0]!, ascending[ascending.length - 1]!]
  const share = unit === '%' && low >= 0 && high <= 100
  return { lower: low >= 0 && unit !== 'Cel' ? 0 : undefined, upper: share ? 100 : undefined }
}

/** Whether it only ever rises, in whole steps or in a unit that is counted. */
export function isCounter(values: Float64Array, unit: string, resolution: number | undefined): boolean {
  const all = present(values)
  if (all.length < 16 || !(all[all.length - 1]! > all[0]!)) return false
  if (!(resolution !== undefined && resolution >= 1) && !['kW.h', 'By', 's', 'ms'].includes(unit)) return false
  let rises = 0
  for (let i = 1; i < all.length; i++) {
    if (all[i]! < all[i - 1]!) return false
    if (all[i]! > all[i - 1]!) rises++
  }
  return rises >= 12
}

/** Spread of the halves of spans of 2, 4, 8 ... rows, while at least eight spans are left. */
export function spreadsOf(values: Float64Array): number[] {
  const rows: number[] = []
  let last = present(values)[0] ?? 0
  for (const x of values) {
    if (!Number.isNaN(x)) last = x
    rows.push(last)
  }
  const spreads: number[] = []
  for (let half = 1; spreads.length < 12 && rows.length / (2 * half) >= 8; half *= 2) {
    let sum = 0
    let count = 0
    for (let i = 0; i + 2 * half < rows.length; i += 2 * half) {
      const whole = rows[i + 2 * half]! - rows[i]!
      if (whole <= 0) continue
      const share = (rows[i + half]! - rows[i]!) / whole - 0.5
      sum += share * share
      count++
    }
    // An even share over a width w has variance w^2 / 12.
    spreads.push(count === 0 ? 0 : Math.min(1, Math.sqrt((12 * sum) / count)))
  }
  return spreads
}

/**
 * Slope per row of a straight trend, or 0: it must explain seven tenths of the variance, and every quarter's median must
 * go on the same way by a like amount. Series that merely wander pass one of the two easily, and both rarely.
 */
export function slopeOf(values: Float64Array): number {
  const n = values.length
  if (present(values).length < 48) return 0
  const quarters = [0, 1, 2, 3].map((q) =>
    quantile(sorted(values.subarray(Math.floor((q * n) / 4), Math.floor(((q + 1) * n) / 4))), 0.5),
  )
  const steps = [1, 2, 3].map((q) => quarters[q]! - quarters[q - 1]!)
  if (!steps.every((step) => step > 0) && !steps.every((step) => step < 0)) return 0
  const [smallest, largest] = [Math.min(...steps.map(Math.abs)), Math.max(...steps.map(Math.abs))]
  if (smallest < 0.4 * largest) return 0
  const centre = mean(values)
  let xx = 0
  let xy = 0
  let yy = 0
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(values[i]!)) continue
    const x = i - (n - 1) / 2
    const y = values[i]! - centre
    xx += x * x
    xy += x * y
    yy += y * y
  }
  return xy * xy > 0.7 * xx * yy ? xy / xx : 0
}
