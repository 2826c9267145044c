// Figures of a tenant's ingestion: counts since the start, a ring of seconds, and the newest latencies. Everything is
// of a fixed size, and one submission costs a few additions.

export type IngestStats = {
  /** Events since the start. */
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: number
  /** Events per second over the last 10 s. */
  readonly rate: number
  /** Door to commit, ms, of the last few thousand submissions. */
  readonly latency_ms: { readonly p50: number; readonly p99: number }
  /** The last 10 minutes, one entry per second that had events: epoch s, accepted, duplicate, rejected, p99. */
  readonly history: readonly (readonly [number, number, number, number, number])[]
  /** Readings that wait for the database. */
  readonly waiting: number
}

export type Outcome = {
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: number
  readonly latency_ms: number
}

export type Meter = { record(outcome: Outcome, now: number): void; read(waiting: number, now: number): IngestStats }

const history_s = 600
const rateWindow_s = 10
const latencies_max = 4_096
/** Latencies kept of one second, for its p99; later ones overwrite earlier ones in turn. */
const perSecond_max = 256

export function createMeter(): Meter {
  let accepted = 0
  let duplicate = 0
  let rejected = 0
  const seconds = new Float64Array(history_s)
  const counts = new Float64Array(history_s * 3)
  const p99s = new Float64Array(history_s)
  const latencies = new Float64Array(latencies_max)
  let submissions = 0
  const ofSecond = new Float64Array(perSecond_max)
  let inSecond = 0
  let second = -1

  const closeSecond = () => {
    if (second >= 0) p99s[second % history_s] = quantile(ofSecond.subarray(0, Math.min(inSecond, perSecond_max)), 0.99)
  }

  return {
    record(outcome, now) {
      accepted += outcome.accepted
      duplicate += outcome.duplicate
      rejected += outcome.rejected
      const current = Math.floor(now / 1000)
      const slot = current % history_s
      if (current !== second) {
        closeSecond()
        second = current
        inSecond = 0
        seconds[slot] = current
        counts.fill(0, slot * 3, slot * 3 + 3)
      }
      counts[slot * 3]! += outcome.accepted
      counts[slot * 3 + 1]! += outcome.duplicate
      counts[slot * 3 + 2]! += outcome.rejected
      ofSecond[inSecond++ % perSecond_max] = outcome.latency_ms
      latencies[submissions++ % latencies_max] = outcome.latency_ms
    },
    read(waiting, now) {
      closeSecond()
      const current = Math.floor(now / 1000)
      const history: [number, number, number, number, number][] = []
      let recent = 0
      for (let at = current - history_s + 1; at <= current; at++) {
        const slot = at % history_s
        if (seconds[slot] !== at) continue
        const [a, d, r] = counts.subarray(slot * 3, slot * 3 + 3) as unknown as [number, number, number]
        history.push([at, a, d, r, p99s[slot]!])
        // The current second is not over: the rate is of whole seconds.
        if (at < current && at >= current - rateWindow_s) recent += a + d + r
      }
      const newest = latencies.subarray(0, Math.min(submissions, latencies_max))
      return {
        accepted,
        duplicate,
        rejected,
        rate: recent / rateWindow_s,
        latency_ms: { p50: quantile(newest, 0.5), p99: quantile(newest, 0.99) },
        history,
        waiting,
      }
    },
  }
}

/** Nearest rank; 0 of nothing. */
function quantile(values: Float64Array, q: number): number {
  if (values.length === 0) return 0
  const sorted = values.toSorted()
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)]!
}
