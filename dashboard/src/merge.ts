// Chart data as columns, and live readings merged into its last buckets, so that a chart moves without asking again. Pure.
// The server's average of the bucket under way comes without its count: one reading per bucket is assumed until the next
// load puts it right. Buckets that began after the load are exact.

import type { Chart, ChartSeries, Reading } from './api.ts'

/** One line of a chart, growing at its end. All columns have the length of `times`; times increase. */
export type Line = {
  readonly device: string
  readonly channel: string
  readonly synthetic: boolean
  readonly bucket_ms: number
  /** Neighbours further apart than this are not joined. */
  readonly gap_ms: number
  times: number[]
  avg: number[]
  min: number[]
  max: number[]
  /** Readings merged into the last bucket so far. */
  lastCount: number
}

export function lineOf(series: ChartSeries, bucket_ms: number): Line {
  return {
    device: series.device,
    channel: series.channel,
    synthetic: series.synthetic,
    bucket_ms,
    gap_ms: gapOf_ms(series.times, bucket_ms),
    times: [...series.times],
    avg: [...series.avg],
    min: [...series.min],
    max: [...series.max],
    lastCount: 1,
  }
}

/**
 * Whether the twin's lines cover the stretch of the real ones, to a tenth of it: what is being written has its end or its
 * beginning missing, and a gap at either is no reason to wait on. Without a real line there is nothing to reach.
 */
export function reachesReal({ series, bucket_ms }: Chart, twin: string): boolean {
  return series
    .filter((real) => real.device !== twin && real.times.length > 0)
    .every((real) => {
      const line = series.find((one) => one.device === twin && one.channel === real.channel)
      const first = real.times[0]!
      const last = real.times[real.times.length - 1]!
      const slack_ms = Math.max((last - first) / 10, bucket_ms)
      return (
        line !== undefined &&
        line.times.length > 0 &&
        line.times[0]! <= first + slack_ms &&
        line.times[line.times.length - 1]! >= last - slack_ms
      )
    })
}

/** Whether the reading changed the line. Readings older than the last bucket wait for the next load. */
export function mergeReading(line: Line, reading: Reading): boolean {
  const value = reading.values[line.channel]
  if (value === undefined || reading.device !== line.device) return false
  const bucket = Math.floor(reading.recordedAt / line.bucket_ms) * line.bucket_ms
  const last = line.times.length - 1
  const end = line.times[last]
  if (end === undefined || bucket > end) {
    line.times.push(bucket)
    line.avg.push(value)
    line.min.push(value)
    line.max.push(value)
    line.lastCount = 1
    return true
  }
  if (bucket < end) return false
  const count = line.lastCount + 1
  line.avg[last] = line.avg[last]! + (value - line.avg[last]!) / count
  line.min[last] = Math.min(line.min[last]!, value)
  line.max[last] = Math.max(line.max[last]!, value)
  line.lastCount = count
  return true
}

/** Drops what lies before `from`, all but one bucket that leads in from the left. */
export function trimBefore(line: Line, from: number): void {
  let drop = 0
  while (drop + 1 < line.times.length && line.times[drop + 1]! < from) drop++
  if (drop < 64) return
  for (const column of [line.times, line.avg, line.min, line.max]) column.splice(0, drop)
}

/** The usual distance of neighbours where it is clearly wider than a bucket; then it is the sender's own. */
export function spacing_ms(times: readonly number[], bucket_ms: number): number | undefined {
  if (times.length < 4) return undefined
  const steps = times.slice(1).map((time, i) => time - times[i]!)
  const median = steps.sort((a, b) => a - b)[steps.length >> 1]!
  return median > 1.5 * bucket_ms ? median : undefined
}

/** A bucket this much later than its neighbour is a gap, not a line. */
export const gapOf_ms = (times: readonly number[], bucket_ms: number): number => {
  if (times.length < 3) return 5 * bucket_ms
  const steps = times.slice(1).map((time, i) => time - times[i]!)
  steps.sort((a, b) => a - b)
  return Math.max(3.5 * steps[steps.length >> 1]!, 2.5 * bucket_ms)
}

/**
 * Columns of several lines on one common time axis, for a chart that draws them together: null where a line has a gap
 * (no line is drawn), undefined where it merely has no point at this instant (the line goes on).
 */
export function alignLines(lines: readonly Line[]): (number | null | undefined)[][] {
  const events: number[] = []
  for (const line of lines) {
    const { gap_ms } = line
    line.times.forEach((time, i) => {
      events.push(time)
      const next = line.times[i + 1]
      if (next !== undefined && next - time > gap_ms) events.push(time + line.bucket_ms)
    })
  }
  events.sort((a, b) => a - b)
  const times = events.filter((time, i) => i === 0 || time !== events[i - 1])
  const columns: (number | null | undefined)[][] = [times]
  for (const line of lines) columns.push(...columnsOn(times, line))
  return columns
}

function columnsOn(times: readonly number[], line: Line): (number | null | undefined)[][] {
  const { gap_ms } = line
  const out: (number | null | undefined)[][] = [[], [], []]
  let i = 0
  for (const time of times) {
    if (line.times[i] === time) {
      out[0]!.push(line.avg[i])
      out[1]!.push(line.min[i])
      out[2]!.push(line.max[i])
      i++
      continue
    }
    const before = line.times[i - 1]
    const after = line.times[i]
    const outside = before === undefined || after === undefined || after - before > gap_ms
    for (const column of out) column.push(outside ? null : undefined)
  }
  return out
}
