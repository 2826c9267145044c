// How a chart looks and behaves: thin lines over a soft band, few grid lines, one crosshair for all charts of the page.

import type uPlot from 'uplot'
import { type Hue, palette, type Theme } from '../colours.ts'
import { formatCompact } from '../format.ts'
import type { Line } from '../merge.ts'

export type ChartStyle = { readonly theme: Theme; readonly phone: boolean }

const inks: Record<Theme, { text: string; grid: string }> = {
  light: { text: '#656a73', grid: '#eeeeea' },
  dark: { text: '#868d96', grid: '#1f2427' },
}

const font = '11px Geist, system-ui, sans-serif'

export function alpha(hex: string, opacity: number): string {
  const byte = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16)
  return `rgba(${byte(1)}, ${byte(3)}, ${byte(5)}, ${opacity})`
}

/** Three uPlot series for each line (average, least, greatest) and the band between the last two. */
export function seriesOf(
  lines: readonly Line[],
  name: Hue,
  style: ChartStyle,
): { series: uPlot.Series[]; bands: uPlot.Band[] } {
  const hue = palette[style.theme][name]
  const series: uPlot.Series[] = [{}]
  const bands: uPlot.Band[] = []
  for (const line of lines) {
    const at = series.length
    series.push(
      {
        stroke: line.synthetic ? alpha(hue, 0.85) : hue,
        width: line.synthetic ? 1.35 : 1.6,
        dash: line.synthetic ? [5, 4] : undefined,
        points: { show: true, size: 5, filter: lonely, ...(line.synthetic ? {} : { fill: hue }) },
      },
      { stroke: 'transparent', width: 0, points: { show: false } },
      { stroke: 'transparent', width: 0, points: { show: false } },
    )
    bands.push({
      series: [at + 2, at + 1],
      fill: alpha(hue, line.synthetic ? 0.06 : style.theme === 'dark' ? 0.17 : 0.13),
    })
  }
  return { series, bands }
}

export function axesOf(style: ChartStyle, showTime: boolean): uPlot.Axis[] {
  const ink = inks[style.theme]
  const common = { stroke: ink.text, font, ticks: { show: false } }
  return [
    {
      ...common,
      grid: { stroke: ink.grid, width: 1 },
      size: showTime ? 26 : 8,
      gap: 6,
      space: style.phone ? 64 : 84,
      values: showTime ? timeLabels : () => [],
    },
    {
      ...common,
      grid: { stroke: ink.grid, width: 1 },
      size: style.phone ? 40 : 52,
      gap: 6,
      space: 22,
      values: (_, splits) => splits.map((value) => axisNumber(value, splits)),
    },
  ]
}

/** Enough room that a line never touches the frame, and noise of a thousandth never looks like a storm. */
export function rangeOfValues(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1]
  const reach = Math.max(high - low, Math.abs(high) * 0.002, 1e-6)
  const middle = (low + high) / 2
  const half = Math.max((high - low) / 2 + reach * 0.12, reach / 2)
  const from = middle - half
  return [low >= 0 && from < 0 ? 0 : from, middle + half]
}

/** '14:05' inside a day, '21 Nov' at midnight, seconds where the steps are that fine. */
function timeLabels(plot: uPlot, splits: number[]): string[] {
  const step_ms = splits.length > 1 ? splits[1]! - splits[0]! : 60_000
  const { min = 0, max = 1 } = plot.scales['x']!
  return splits.map((at) => {
    // A label at the very edge would be cut off.
    if ((at - min!) / (max! - min!) > 0.985) return ''
    const date = new Date(at)
    const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0
    if (step_ms >= 43_200_000 || midnight) return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
    const two = (value: number) => String(value).padStart(2, '0')
    const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`
    return step_ms < 60_000 ? `${minutes}:${two(date.getSeconds())}` : minutes
  })
}

function axisNumber(value: number, splits: readonly number[]): string {
  const step = splits.length > 1 ? Math.abs(splits[1]! - splits[0]!) : 1
  if (value === 0) return '0'
  if (Math.max(...splits.map(Math.abs)) >= 10_000) return formatCompact(value).replace(/\.0+(?=\D|$)/, '')
  let digits = 0
  while (digits < 6 && Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6) digits++
  return value.toFixed(digits)
}

/** Points without a neighbour, which no line would draw: the first reading of a device must show as well. */
function lonely(plot: uPlot, series: number): number[] {
  const values = plot.data[series] as readonly (number | null | undefined)[]
  const none = (value: number | null | undefined) => value === null || value === undefined
  return [...values.keys()].filter((i) => !none(values[i]) && none(values[i - 1]) && none(values[i + 1]))
}
