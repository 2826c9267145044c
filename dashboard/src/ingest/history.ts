// The last ten minutes of ingestion in steps that a bar can show. Pure.

import type { IngestStats } from '../api.ts'

export const step_s = 5
export const span_s = 600

export type Steps = {
  /** Start of each step, epoch ms. */
  readonly times: number[]
  /** Events per second: accepted; with duplicates on top; with rejected on top of these. */
  readonly accepted: number[]
  readonly withDuplicate: number[]
  readonly withRejected: number[]
  /** Worst p99 of the step's seconds, ms; null where nothing came. */
  readonly p99: (number | null)[]
}

/** Steps of `step_s` seconds that end at `now`; the one under way is left out, it would always look too low. */
export function stepsOf(history: IngestStats['history'], now: number): Steps {
  const end = Math.floor(now / 1000 / step_s) * step_s
  const count = span_s / step_s
  const zeros = () => new Array<number>(count).fill(0)
  const [accepted, withDuplicate, withRejected] = [zeros(), zeros(), zeros()]
  const p99 = new Array<number | null>(count).fill(null)
  for (const [second, taken, duplicate, rejected, late_ms] of history) {
    const at = Math.floor((second - (end - span_s)) / step_s)
    if (at < 0 || at >= count) continue
    accepted[at]! += taken / step_s
    withDuplicate[at]! += (taken + duplicate) / step_s
    withRejected[at]! += (taken + duplicate + rejected) / step_s
    p99[at] = Math.max(p99[at] ?? 0, late_ms)
  }
  return {
    times: accepted.map((_, i) => (end - span_s + i * step_s) * 1000),
    accepted,
    withDuplicate,
    withRejected,
    p99,
  }
}

/** The values of one step when the pointer is on it. */
export function stepAt(steps: Steps, i: number) {
  return {
    accepted: steps.accepted[i] ?? 0,
    duplicate: (steps.withDuplicate[i] ?? 0) - (steps.accepted[i] ?? 0),
    rejected: (steps.withRejected[i] ?? 0) - (steps.withDuplicate[i] ?? 0),
    p99: steps.p99[i] ?? null,
  }
}

/**
 * Where an axis should end: at the greatest value, unless a burst (a backfill, an import) would flatten all the rest; then at
 * a little over what is usual, and the burst is cut off.
 */
export function capOf(values: readonly (number | null)[]): number {
  const some = values.filter((value): value is number => value !== null && value > 0).sort((a, b) => a - b)
  const high = some.at(-1) ?? 0
  if (some.length < 4) return high
  const usual = some[Math.floor((some.length - 1) * 0.75)]!
  return high > 12 * usual ? 3 * usual : high
}
