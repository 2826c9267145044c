// The real Clock: the only place where the program asks what time it is, or waits.

import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '#core/clock.ts'

/** A timer takes at most 2^31 - 1 ms; longer sleeps are made of several. */
const longest_ms = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(duration_ms, signal) {
    signal?.throwIfAborted()
    try {
      for (let rest = duration_ms; ; rest -= longest_ms) {
        await wait(Math.max(0, Math.min(rest, longest_ms)), undefined, signal ? { signal } : {})
        if (rest <= longest_ms) return
      }
    } catch (error) {
      throw signal?.aborted ? signal.reason : error
    }
  },
}
