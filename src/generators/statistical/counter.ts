// Counts that only rise (bytes sent, pulses, hours run), readable at any instant. The total of a span of rows is split
// into halves again and again by hashed shares until one row is left (a multiplicative cascade: Mandelbrot 1974): sums
// are right at every scale, increments are never negative, and looking one up costs one hash per level.

import type { Rng } from '#core/rng.ts'
import type { CounterSource } from './document.ts'

/** The count at an instant; constant within a row of the grid. */
export function compileCounter({ level, anchor, rate_per_ms, spreads }: CounterSource, step_ms: number, rng: Rng) {
  const span = 2 ** spreads.length
  const levels = spreads.map((_, i) => rng.derive(i))
  return (time: number): number => {
    const row = Math.floor(time / step_ms)
    const block = Math.floor(row / span)
    let start = block * span
    let size = span
    let total = rate_per_ms * step_ms * span
    let count = level + rate_per_ms * (start * step_ms - anchor)
    for (let i = spreads.length - 1; i >= 0; i--) {
      // Share of the first half, symmetric about a half.
      const share = splitShare(levels[i]!.uniformAt(Math.floor(start / size)), spreads[i]!)
      size /= 2
      if (row >= start + size) {
        count += total * share
        start += size
        total *= 1 - share
      } else {
        total *= share
      }
    }
    return count + total
  }
}

/** A share in 0 .. 1 around 1/2 whose distance from it reaches `spread` / 2 evenly. */
export const splitShare = (uniform: number, spread: number): number => 0.5 + (uniform - 0.5) * spread
