// Rare events that can be looked up: time is cut into slots, and a hash of the slot says whether an event starts in it,
// when, and how long it lasts. An event is never longer than a slot, so that only the slot of an instant and the one
// before matter. Gaps and anomalies are made of these.

import type { Rng } from '#core/rng.ts'

export type EventPlan = {
  readonly slot_ms: number
  /** Chances per slot, each taken with `probability`. */
  readonly chances: number
  readonly probability: number
  /** Events start in [from, to) only; absent: always. */
  readonly from?: number
  readonly to?: number
}

/** [from, to) in epoch ms; `position` is unique per event, for more hashed numbers about it. */
export type PlannedEvent = { readonly from: number; readonly to: number; readonly position: number }

/** A plan with that many events a day, none longer than `longest_ms`. */
export function planOfRate(rate_per_day: number, longest_ms: number): EventPlan {
  const mean_ms = 86_400_000 / Math.max(rate_per_day, 1e-9)
  const slot_ms = Math.ceil(Math.max(longest_ms, Math.min(mean_ms / 2, 86_400_000)))
  const expected = slot_ms / mean_ms
  const chances = Math.max(1, Math.ceil(expected))
  return { slot_ms, chances, probability: expected / chances }
}

/** Exactly `number` events in [from, to), one in each equal part of it. */
export const planOfNumber = (number: number, from: number, to: number): EventPlan => ({
  slot_ms: (to - from) / number,
  chances: 1,
  probability: 1,
  from,
  to,
})

/** Calls `visit` for each event that touches [from, to), in order of slots. `length_ms` maps a uniform to a duration. */
export function eachEvent(
  plan: EventPlan,
  rng: Rng,
  length_ms: (uniform: number) => number,
  from: number,
  to: number,
  visit: (event: PlannedEvent) => void,
): void {
  const origin = plan.from ?? 0
  const first = Math.max(0, Math.floor((from - origin) / plan.slot_ms) - 1)
  const last = Math.floor((Math.min(to - 1, (plan.to ?? Number.POSITIVE_INFINITY) - 1) - origin) / plan.slot_ms)
  for (let slot = first; slot <= last; slot++) {
    for (let chance = 0; chance < plan.chances; chance++) {
      const position = (slot * plan.chances + chance) * 4
      if (rng.uniformAt(position) >= plan.probability) continue
      const length = Math.min(plan.slot_ms, length_ms(rng.uniformAt(position + 1)))
      // A planned number stays inside its range with its whole length; a rate may start anywhere in the slot.
      const room = plan.to === undefined ? plan.slot_ms : plan.slot_ms - length
      const start = Math.floor(origin + slot * plan.slot_ms + rng.uniformAt(position + 2) * room)
      const end = start + Math.max(1, Math.round(length))
      if (start < to && end > from) visit({ from: start, to: end, position })
    }
  }
}

const none: readonly PlannedEvent[] = []

/** The events that may touch an instant; those of the slot asked for last are kept, because streams ask for it again. */
export function eventsAround(plan: EventPlan, rng: Rng, length_ms: (uniform: number) => number) {
  const origin = plan.from ?? 0
  let slot = Number.NaN
  let kept = none
  return (time: number): readonly PlannedEvent[] => {
    const wanted = Math.floor((time - origin) / plan.slot_ms)
    if (wanted !== slot) {
      slot = wanted
      kept = none
      const found: PlannedEvent[] = []
      const start = origin + slot * plan.slot_ms
      eachEvent(plan, rng, length_ms, start, start + plan.slot_ms + 1, (event) => found.push(event))
      if (found.length > 0) kept = found
    }
    return kept
  }
}
