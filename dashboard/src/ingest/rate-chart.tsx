// Ten minutes of ingestion: stacked bars of what was accepted, repeated and refused; the slowest answers below on the same time.

import { type MutableRefObject, useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Theme } from '../colours.ts'
import { axesOf } from '../device/chart-options.ts'
import { formatCompact, formatLatency } from '../format.ts'
import { usePhone, useWidth } from '../hooks.ts'
import { useTheme } from '../theme.ts'
import { capOf, type Steps, span_s } from './history.ts'

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
          y: { range: (u) => [0, capOf((u.data[1] ?? []) as number[]) * 1.08 || 1] },
        },
        series: kind === 'rate' ? stacked(theme) : latency(theme),
        axes: axesOf({ theme, phone }, kind === 'latency'),
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: 'millrace-ingest' } },
        hooks: {
          draw: [(u) => drawCut(u, kind, theme)],
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

/** Bars that are cut off say how high they are: a notch, and the figure beside it. */
function drawCut(plot: uPlot, kind: 'rate' | 'latency', theme: Theme): void {
  const values = (plot.data[1] ?? []) as (number | null)[]
  const cap = capOf(values) * 1.08
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  let free = bbox.left - 1
  ctx.save()
  ctx.font = `500 ${11 * ratio}px Geist, system-ui, sans-serif`
  ctx.textBaseline = 'top'
  values.forEach((value, i) => {
    if (value === null || value <= cap || cap === 0) return
    const width = (bbox.width / values.length) * 0.72
    const left = plot.valToPos(plot.data[0]![i]!, 'x', true)
    const text = kind === 'rate' ? `${formatCompact(value)}/s` : formatLatency(value)
    ctx.fillStyle = theme === 'dark' ? '#0f1214' : '#fafaf8'
    ctx.fillRect(left - ratio, bbox.top + 14 * ratio, width + 2 * ratio, 2.5 * ratio)
    const size = ctx.measureText(text).width
    const before = left - size - 6 * ratio > free
    const at = before ? left - size - 5 * ratio : left + width + 5 * ratio
    // No figure stands on another one, or on a bar that is cut off as well.
    const crowded = at < free || (!before && (values[i + 1] ?? 0) > cap)
    free = Math.max(free, left + width)
    if (crowded || at + size > bbox.left + bbox.width) return
    free = Math.max(free, at + size)
    ctx.fillStyle = theme === 'dark' ? '#b0b7bd' : '#4f555d'
    ctx.fillText(text, at, bbox.top + 9 * ratio)
  })
  ctx.restore()
}
