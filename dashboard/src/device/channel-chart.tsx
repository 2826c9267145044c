// One channel as a chart with its read-out. uPlot draws; the crosshair and the numbers are written straight into the page,
// because sixty renders a second for a moving pointer would be waste.

import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Hue } from '../colours.ts'
import { formatChannel, formatMeasure, formatMomentExact } from '../format.ts'
import { usePhone, useWidth } from '../hooks.ts'
import { alignLines, type Line } from '../merge.ts'
import { LineMark } from '../parts/marks.tsx'
import { useTheme } from '../theme.ts'
import { axesOf, rangeOfValues, seriesOf } from './chart-options.ts'
import { drawLabels, labelNear } from './labels.ts'
import type { Plots } from './plots.ts'

type Props = {
  plots: Plots
  channel: string
  hue: Hue
  unit: string
  /** The lines of this chart in their order: whose they are, how they are drawn, what they are called. */
  devices: readonly { readonly device: string; readonly synthetic: boolean; readonly role: string }[]
  showTime: boolean
  height: number
  onZoom: (from: number, to: number) => void
  onZoomOut: () => void
}

const sync = uPlot.sync('millrace-device')

export function ChannelChart({ plots, channel, hue, unit, devices, showTime, height, onZoom, onZoomOut }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const readout = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const theme = useTheme()
  const phone = usePhone()
  const actions = useRef({ onZoom, onZoomOut })
  actions.current = { onZoom, onZoomOut }
  const layout = devices.map((device) => `${device.device}:${device.synthetic}`).join(',')

  // biome-ignore lint/correctness/useExhaustiveDependencies: `layout` stands for devices; width and height resize below
  useEffect(() => {
    const target = box.current
    if (!target || width === 0) return
    const style = { theme, phone }
    const inLayout = (lines: readonly Line[]) =>
      devices.map(
        ({ device, synthetic }) =>
          lines.find((line) => line.device === device) ?? emptyLine(device, channel, synthetic),
      )
    const { series, bands } = seriesOf(inLayout([]), hue, style)
    const pill = document.createElement('div')
    pill.className = 'time-pill'
    let lines = inLayout(plots.lines(channel))
    let version = -1
    const write = (plot: uPlot) => writeReadout(readout.current, plot, lines, unit, plots, channel)

    const plot = new uPlot(
      {
        width,
        height,
        ms: 1,
        padding: [8, 2, 0, 0],
        legend: { show: false },
        scales: {
          x: { time: true, range: () => [...plots.bounds()] as [number, number] },
          y: { range: (_, low, high) => rangeOfValues(low, high) },
        },
        series,
        bands,
        axes: axesOf(style, showTime),
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false, dist: 5 },
          sync: { key: sync.key, filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } },
          bind: {
            dblclick: () => () => {
              actions.current.onZoomOut()
              return null
            },
          },
        },
        hooks: {
          setCursor: [
            (u) => {
              write(u)
              placePill(u, pill)
            },
          ],
          setSelect: [
            (u) => {
              if (u.select.width < 5) return
              const from = u.posToVal(u.select.left, 'x')
              const to = u.posToVal(u.select.left + u.select.width, 'x')
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
              actions.current.onZoom(from, to)
            },
          ],
          draw: [(u) => drawLabels(u, plots.labels(channel), lines, theme)],
        },
      },
      alignLines(lines) as uPlot.AlignedData,
      target,
    )
    plot.over.append(pill)
    const endTouch = followTouch(plot)
    sync.sub(plot)

    const draw = () => {
      const changed = version !== plots.version()
      version = plots.version()
      if (changed) {
        lines = inLayout(plots.lines(channel))
        plot.setData(alignLines(lines) as uPlot.AlignedData)
      } else plot.setScale('x', { min: plots.bounds()[0], max: plots.bounds()[1] })
      write(plot)
    }
    draw()
    const leave = plots.register(draw)
    return () => {
      leave()
      endTouch()
      sync.unsub(plot)
      plot.destroy()
    }
  }, [plots, channel, hue, unit, layout, theme, phone, showTime, width, height])

  return (
    <section
      className="channel"
      aria-label={formatChannel(channel)}
      style={{ ['--hue' as string]: `var(--hue-${hue})` }}
    >
      <header>
        <h2>{formatChannel(channel)}</h2>
        <div className="readout" ref={readout}>
          {devices.map(({ device, synthetic, role }, i) => (
            <span key={device} className={i === 0 ? 'first' : 'second'}>
              {devices.length > 1 && <LineMark synthetic={synthetic} />}
              {devices.length > 1 && <em title={device}>{role}</em>}
              <b data-value={i}>–</b>
              <small data-unit={i} />
              <small data-spread={i} className="spread" />
            </span>
          ))}
          <span data-label className="planted" />
        </div>
      </header>
      <div ref={box} className="plot" style={{ height }} />
    </section>
  )
}

const emptyLine = (device: string, channel: string, synthetic: boolean): Line => ({
  device,
  channel,
  synthetic,
  bucket_ms: 1000,
  gap_ms: 5000,
  times: [],
  avg: [],
  min: [],
  max: [],
  lastCount: 0,
})

/** The values under the crosshair, or the newest ones when there is none. */
function writeReadout(
  target: HTMLElement | null,
  plot: uPlot,
  lines: readonly Line[],
  unit: string,
  plots: Plots,
  channel: string,
): void {
  if (!target) return
  const left = plot.cursor.left ?? -1
  const at = left >= 0 ? plot.posToVal(left, 'x') : undefined
  lines.forEach((line, i) => {
    const point = at === undefined ? line.times.length - 1 : nearest(line, at)
    const [value, printed] = formatMeasure(line.avg[point], unit)
    setText(target, `[data-value="${i}"]`, value)
    setText(target, `[data-unit="${i}"]`, printed)
    const [low, high] = [line.min[point], line.max[point]]
    const spread = at !== undefined && low !== undefined && high !== undefined && high > low
    setText(
      target,
      `[data-spread="${i}"]`,
      spread ? `${formatMeasure(low, unit)[0]} to ${formatMeasure(high, unit)[0]}` : '',
    )
  })
  const label = at === undefined ? undefined : labelNear(plot, plots.labels(channel), left)
  setText(target, '[data-label]', label ? `planted: ${label.label.replaceAll('_', ' ')}` : '')
}

function setText(target: HTMLElement, selector: string, text: string): void {
  const node = target.querySelector(selector)
  if (node && node.textContent !== text) node.textContent = text
}

/** Index of the bucket that holds `at`, or -1 where the line has nothing near. */
function nearest(line: Line, at: number): number {
  let low = 0
  let high = line.times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (line.times[middle]! <= at) low = middle + 1
    else high = middle
  }
  const candidates = [low - 1, low].filter((i) => i >= 0 && i < line.times.length)
  candidates.sort((a, b) => Math.abs(line.times[a]! - at) - Math.abs(line.times[b]! - at))
  const best = candidates[0]
  return best !== undefined && Math.abs(line.times[best]! - at) <= line.gap_ms ? best : -1
}

function placePill(plot: uPlot, pill: HTMLElement): void {
  const left = plot.cursor.left ?? -1
  const own = plot.cursor.event != null
  pill.hidden = left < 0 || !own
  if (pill.hidden) return
  pill.textContent = formatMomentExact(plot.posToVal(left, 'x'))
  const half = pill.offsetWidth / 2
  const middle = Math.max(half, Math.min(plot.over.clientWidth - half, left))
  pill.style.transform = `translateX(${Math.round(middle - half)}px)`
}

/** A finger moves the crosshair; uPlot only knows the mouse. Vertical movement still scrolls the page. */
function followTouch(plot: uPlot): () => void {
  const move = (event: PointerEvent) => {
    if (event.pointerType === 'mouse') return
    const box = plot.over.getBoundingClientRect()
    plot.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top })
  }
  plot.over.addEventListener('pointermove', move)
  plot.over.addEventListener('pointerdown', move)
  return () => {
    plot.over.removeEventListener('pointermove', move)
    plot.over.removeEventListener('pointerdown', move)
  }
}
