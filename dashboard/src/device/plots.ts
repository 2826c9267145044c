// What the charts of a device page share: lines, labels, bounds, and one redraw per frame for all of them, however many
// readings arrive. Charts register here and are called; React renders them once.

import type { Chart, Label, Reading } from '../api.ts'
import { type Line, lineOf, mergeReading, trimBefore } from '../merge.ts'

export type Plots = ReturnType<typeof makePlots>

export function makePlots() {
  let lines: Line[] = []
  let labels: readonly Label[] = []
  let bounds: readonly [number, number] = [0, 1]
  let frame = 0
  let version = 0
  const charts = new Set<() => void>()

  const draw = () => {
    frame = 0
    for (const chart of charts) chart()
  }
  const schedule = () => {
    if (frame === 0) frame = requestAnimationFrame(draw)
  }
  return {
    bounds: () => bounds,
    /** Counts up when lines were replaced or have grown. */
    version: () => version,
    /** The lines of one channel, the real ones first. */
    lines: (channel: string): readonly Line[] => lines.filter((line) => line.channel === channel),
    labels: (channel: string): readonly Label[] =>
      labels.filter((label) => label.channel === undefined || label.channel === channel),
    setBounds(from: number, to: number): void {
      bounds = [from, to]
      schedule()
    },
    load(chart: Chart, first: string): void {
      lines = chart.series.map((series) => lineOf(series, chart.bucket_ms))
      lines.sort((a, b) => Number(b.device === first) - Number(a.device === first))
      labels = chart.labels
      version++
      schedule()
    },
    take(readings: readonly Reading[]): void {
      let changed = false
      for (const reading of readings) {
        for (const line of lines) if (mergeReading(line, reading)) changed = true
        if (reading.label && lines.some((line) => line.device === reading.device))
          labels = [...labels, { device: reading.device, recordedAt: reading.recordedAt, label: reading.label }].slice(
            -500,
          )
      }
      if (!changed) return
      for (const line of lines) trimBefore(line, bounds[0])
      version++
      schedule()
    },
    register(chart: () => void): () => void {
      charts.add(chart)
      return () => charts.delete(chart)
    },
  }
}
