// Between a channel's values and a standard normal: ranks one way, a table of quantiles the other. Trend, seasons and
// noise are learned on the normal side, so the map back keeps the real distribution (skew, floors, many zeros, busy days
// that vary more than quiet nights) without a model of each.
// Source: normal scores (Blom 1958; van der Waerden), NORTA (Cario and Nelson 1997).

import { inverseNormal } from '#core/elementary.ts'

/** Normal scores of the values, mean square 1; equal values share the mean of theirs. NaN stays NaN. */
export function normalScores(values: Float64Array): Float64Array {
  const order: number[] = []
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) order.push(i)
  order.sort((a, b) => values[a]! - values[b]!)
  const n = order.length
  const scores = new Float64Array(values.length).fill(Number.NaN)
  for (let start = 0; start < n; ) {
    let end = start
    let sum = 0
    while (end < n && values[order[end]!] === values[order[start]!]) sum += inverseNormal((end++ + 0.5) / n)
    for (let k = start; k < end; k++) scores[order[k]!] = sum / (end - start)
    start = end
  }
  // Ties shrink the scores (a flag that is up in 2 % of the rows keeps a variance of 0.12), and the table back from them
  // takes a standard normal: without this, rare values would never come.
  let power = 0
  for (const k of order) power += scores[k]! ** 2
  const stretch = power > 0 ? Math.sqrt(n / power) : 1
  for (const k of order) scores[k]! *= stretch
  return scores
}

/** Quantiles at -4, -4 + 1/16, ... 4; past the data a straight line goes on, gently, inside the limits. */
export function marginalOf(ascending: Float64Array, limits: { lower?: number; upper?: number }): number[] {
  const n = ascending.length
  const score = (k: number) => inverseNormal((k + 0.5) / n)
  const tail = tailSlope(ascending)
  const table: number[] = []
  let k = 0
  for (let i = 0; i <= 128; i++) {
    const z = i / 16 - 4
    while (k < n && score(k) <= z) k++
    let value: number
    if (k === 0) value = ascending[0]! - tail.lower * (score(0) - z)
    else if (k === n) value = ascending[n - 1]! + tail.upper * (z - score(n - 1))
    else {
      const [a, b] = [score(k - 1), score(k)]
      value = ascending[k - 1]! + ((z - a) / (b - a)) * (ascending[k]! - ascending[k - 1]!)
    }
    table.push(Math.max(limits.lower ?? -Infinity, Math.min(limits.upper ?? Infinity, value)))
  }
  return table
}

/** How fast values go on past the last one, per unit of score: the slope of the outer tenth, at most a tenth of the range. */
function tailSlope(ascending: Float64Array): { lower: number; upper: number } {
  const n = ascending.length
  const last = n - 1
  const inner = Math.floor(0.9 * last)
  const range = ascending[last]! - ascending[0]!
  const width = Math.max(0.2, inverseNormal((last + 0.5) / n) - inverseNormal((inner + 0.5) / n))
  return {
    upper: Math.min(0.1 * range, (ascending[last]! - ascending[inner]!) / width),
    lower: Math.min(0.1 * range, (ascending[last - inner]! - ascending[0]!) / width),
  }
}
