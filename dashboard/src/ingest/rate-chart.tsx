// Ten minutes of ingestion: stacked bars of what was accepted, repeated and refused; the slowest answers below on the same time.

import { type MutableRefObject, useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Theme } from '../colours.ts'
import { axesOf } from '../device/chart-options.ts'
import { usePhone, useWidth } from '../hooks.ts'
import { useTheme } from '../theme.ts'
import { type Steps, span_s } from './history.ts'

export const verdictColours: Record<Theme, { accepted: string; duplicate: string; rejected: string; latency: string }> =
  {
    light: { accepted: '#1b8f87', duplicate: '#b9bfc6', rejected: '#c93c2d', latency: '#8d949c' },
    dark: { accepted: '#35b3a8', duplicate: '#59626b', rejected: '#ff7a6b', latency: '#6c757e' },
  }

type Props = {
  steps: Steps | undefined
  kind: 'rate' | 'latency'
  height: number
  onPoint: (step: number | undefined) => void
}

export function RateChart({ steps, kind, height, onPoint }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined) as MutableRefObject<uPlot | undefined>
  const width = useWidth(box)
  const theme = useTheme()
  const phone = usePhone()
  const tell = useRef(onPoint)
  tell.current = onPoint
  const data = steps && (dataOf(steps, kind) as uPlot.AlignedData)
  const first = useRef(data)
  first.current = data

  useEffect(() => {
    const target = box.current
    if (!target || width === 0) return
    const made = new uPlot(
      {
        width,
        height,
        ms: 1,
        padding: [8, 2, 0, 0],
        legend: { show: false },
        scales: {
          x: { time: true, range: (_, low, high) => (low === null ? [0, 1] : [high - span_s * 1000, high + 5_000]) },
          y: { range: (_, __, high) => [0, high > 0 ? high * 1.08 : 1] },
        },
        series: kind === 'rate' ? stacked(theme) : latency(theme),
        axes: axesOf({ theme, phone }, kind === 'latency'),
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: 'millrace-ingest' } },
        hooks: {
          setCursor: [(u) => tell.current((u.cursor.left ?? -1) < 0 ? undefined : (u.cursor.idx ?? undefined))],
        },
      },
      first.current ?? [[], [], [], []],
      target,
    )
    plot.current = made
    return () => {
      made.destroy()
      plot.current = undefined
    }
  }, [width, height, kind, theme, phone])

  useEffect(() => {
    if (data) plot.current?.setData(data)
  }, [data])

  return <div ref={box} className="plot" style={{ height }} />
}

function dataOf(steps: Steps, kind: 'rate' | 'latency') {
  return kind === 'rate'
    ? [steps.times, steps.withRejected, steps.withDuplicate, steps.accepted]
    : [steps.times, steps.p99]
}

/** The whole stack first, then what is left of it without the top: painted over one another they stand on top of each other. */
function stacked(theme: Theme): uPlot.Series[] {
  const colours = verdictColours[theme]
  return [{}, bar(colours.rejected), bar(colours.duplicate), bar(colours.accepted)]
}

function latency(theme: Theme): uPlot.Series[] {
  return [{}, bar(verdictColours[theme].latency)]
}

function bar(fill: string): uPlot.Series {
  const paths = uPlot.paths.bars!({ size: [0.72, 12], align: 1, radius: 0.18 })
  return { fill, stroke: fill, width: 0, paths, points: { show: false } }
}
