// Clock: the only way to know the time or to wait. Tests and the simulator pass a fake one; `app/` passes the real one.

export type Clock = {
  /** Epoch ms UTC. */
  now(): number
  /** Resolves after `duration_ms`, or rejects with the signal's reason when it aborts first. */
  sleep(duration_ms: number, signal?: AbortSignal): Promise<void>
}

/** A clock that moves only when told to. `advance` runs what falls due, in order of time. */
export function fakeClock(start_ms = 0): Clock & { advance(duration_ms: number): Promise<void> } {
  let now = start_ms
  const waiting: { at: number; wake: () => void }[] = []
  return {
    now: () => now,
    sleep(duration_ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const entry = { at: now + Math.max(0, duration_ms), wake: resolve }
        waiting.push(entry)
        signal?.addEventListener('abort', () => {
          const at = waiting.indexOf(entry)
          if (at >= 0) waiting.splice(at, 1)
          reject(signal.reason)
        })
      })
    },
    async advance(duration_ms) {
      const end = now + duration_ms
      for (;;) {
        waiting.sort((a, b) => a.at - b.at)
        const next = waiting[0]
        if (!next || next.at > end) break
        waiting.shift()
        now = next.at
        next.wake()
        // Let what was woken run, and sleep again, before time moves on.
        for (let i = 0; i < 8; i++) await Promise.resolve()
      }
      now = end
    },
  }
}
