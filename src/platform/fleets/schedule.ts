// Schedule: who sends next. Every device sends at `k * step + phase`; sorted by phase once, the order of a whole fleet
// is one pointer that goes round. No timer and no queue entry per device; any instant can be sought.

export type Schedule = {
  /** Nominal time of the next slot, epoch ms. */
  time(): number
  /** Whose slot that is: index of the device. */
  device(): number
  next(): void
  /** Goes to the first slot after `time`. */
  seek(time: number): void
}

/** `phases` are whole ms in [0, step). */
export function createSchedule(phases: ArrayLike<number>, step_ms: number): Schedule {
  const order = Uint32Array.from({ length: phases.length }, (_, index) => index).sort(
    (a, b) => phases[a]! - phases[b]! || a - b,
  )
  const sorted = Float64Array.from(order, (index) => phases[index]!)
  let turn = 0
  let at = 0
  return {
    time: () => turn * step_ms + sorted[at]!,
    device: () => order[at]!,
    next() {
      at++
      if (at < sorted.length) return
      at = 0
      turn++
    },
    seek(time) {
      turn = Math.floor(time / step_ms)
      const phase = time - turn * step_ms
      at = sorted.findIndex((p) => p > phase)
      if (at >= 0) return
      at = 0
      turn++
    },
  }
}
