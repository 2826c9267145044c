// Labelled anomalies: a small mark above the place where one was planted, its name in the read-out when the crosshair is near.

import type uPlot from 'uplot'
import type { Label } from '../api.ts'
import type { Theme } from '../colours.ts'
import type { Line } from '../merge.ts'

const near_px = 7

export function labelNear(plot: uPlot, labels: readonly Label[], left: number): Label | undefined {
  let best: Label | undefined
  let distance = near_px
  for (const label of labels) {
    const away = Math.abs(plot.valToPos(label.recordedAt, 'x') - left)
    if (away <= distance) {
      distance = away
      best = label
    }
  }
  return best
}

/** Small triangles along the upper edge; neighbours of the same kind that touch are drawn as one stretch. */
export function drawLabels(plot: uPlot, labels: readonly Label[], lines: readonly Line[], theme: Theme): void {
  const devices = new Set(lines.map((line) => line.device))
  const { ctx, bbox } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.fillStyle = theme === 'dark' ? '#c4cad1' : '#3a3f46'
  const xs = labels
    .filter((label) => devices.has(label.device))
    .map((label) => Math.round(plot.valToPos(label.recordedAt, 'x', true)))
    .filter((x) => x >= bbox.left && x <= bbox.left + bbox.width)
    .sort((a, b) => a - b)
  let start = xs[0]
  xs.forEach((x, i) => {
    const next = xs[i + 1]
    if (next !== undefined && next - x <= 5 * ratio) return
    stretch(ctx, start!, x, bbox, ratio)
    start = next
  })
  ctx.restore()
}

function stretch(ctx: CanvasRenderingContext2D, from: number, to: number, bbox: uPlot.BBox, ratio: number): void {
  const half = 3.5 * ratio
  const top = bbox.top
  const right = Math.min(to + half, bbox.left + bbox.width)
  const left = Math.max(from - half, bbox.left)
  ctx.globalAlpha = 0.06
  ctx.fillRect(from, top, to - from, bbox.height)
  ctx.globalAlpha = 0.8
  ctx.beginPath()
  ctx.moveTo(left, top)
  ctx.lineTo(right, top)
  ctx.lineTo(to, top + (to > from ? 2.5 : 5) * ratio)
  ctx.lineTo(from, top + (to > from ? 2.5 : 5) * ratio)
  ctx.closePath()
  ctx.fill()
}
