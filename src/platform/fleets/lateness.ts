// Lateness: the largest delay of the last minute, by second, in constant memory.

import { minute_ms, second_ms } from '#core/time.ts'

export function createLateness(): { note(now: number, late_ms: number): void; worst(now: number): number } {
  const seconds = new Float64Array(60).fill(-1)
  const worst = new Float64Array(60)
  return {
    note(now, late_ms) {
      const second = Math.floor(now / second_ms)
      const slot = second % 60
      if (seconds[slot] !== second) worst[slot] = 0
      seconds[slot] = second
      worst[slot] = Math.max(worst[slot]!, late_ms)
    },
    worst(now) {
      let most = 0
      for (let slot = 0; slot < 60; slot++) {
        if (seconds[slot]! * second_ms > now - minute_ms) most = Math.max(most, worst[slot]!)
      }
      return Math.round(most)
    },
  }
}
