// The overview strip: the last week of the first channel, and a window on it to drag, stretch or draw anew.

import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react'
import { day_ms, minute_ms } from '../../../src/core/time.ts'
import type { Chart } from '../api.ts'
import { serverNow } from '../clock.ts'
import { formatMoment, formatSpan } from '../format.ts'
import { useWidth } from '../hooks.ts'
import { gapOf_ms } from '../merge.ts'
import { fixedRange, type Range } from '../range.ts'
import { earliestOf } from './use-overview.ts'

type Props = {
  /** Undefined while it loads. */
  chart: Chart | undefined
  channel: string
  /** CSS. */
  colour: string
  synthetic: boolean
  range: Range
  bounds: readonly [number, number]
  onRange: (range: Range) => void
}

const height = 46
type Grip = {
  readonly part: 'move' | 'left' | 'right' | 'new'
  readonly at: number
  readonly from: number
  readonly to: number
}

export function OverviewStrip({ chart, channel, colour, synthetic, range, bounds, onRange }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const [grip, setGrip] = useState<Grip>()
  const [draft, setDraft] = useState<readonly [number, number]>()
  const series = chart?.series.find((one) => one.channel === channel)
  const now = chart?.to ?? serverNow()
  const [from, to] = domainOf(earliestOf(chart), now, bounds)
  const x = (at: number) => ((at - from) / (to - from)) * width
  const path = useMemo(
    () => (series && width > 0 ? areaPath(series.times, series.avg, chart!.bucket_ms, from, to, width) : undefined),
    [series, chart, from, to, width],
  )
  const [low, high] = draft ?? [Math.max(bounds[0], from), Math.min(bounds[1], to)]

  const timeAt = (event: PointerEvent) =>
    from + ((event.clientX - box.current!.getBoundingClientRect().left) / width) * (to - from)
  const finish = (next: readonly [number, number]) => {
    const span_ms = next[1] - next[0]
    // A window that ends at the right edge is meant to follow the clock.
    const follows = next[1] >= to - (to - from) * 0.006 && Math.abs(to - serverNow()) < 120_000
    onRange(
      follows
        ? { kind: 'live', span_ms: Math.max(60_000, Math.round(span_ms / 60_000) * 60_000) }
        : fixedRange(...next),
    )
  }
  const down = (event: PointerEvent<HTMLDivElement>) => {
    const at = timeAt(event)
    const edge_px = event.pointerType === 'mouse' ? 7 : 16
    const left = Math.abs(x(low) - x(at)) <= edge_px
    const right = Math.abs(x(high) - x(at)) <= edge_px
    const inside = at > low && at < high
    const part =
      inside && x(high) - x(low) < 3 * edge_px ? 'move' : left ? 'left' : right ? 'right' : inside ? 'move' : 'new'
    event.currentTarget.setPointerCapture(event.pointerId)
    setGrip({ part, at, from: low, to: high })
    event.preventDefault()
  }
  const move = (event: PointerEvent) => {
    if (!grip) return
    const at = Math.max(from, Math.min(to, timeAt(event)))
    const by = at - grip.at
    const span = grip.to - grip.from
    const start = Math.max(from, Math.min(to - span, grip.from + by))
    const next: Record<Grip['part'], readonly [number, number]> = {
      move: [start, start + span],
      left: [Math.min(grip.from + by, grip.to), Math.max(grip.from + by, grip.to)],
      right: [Math.min(grip.from, grip.to + by), Math.max(grip.from, grip.to + by)],
      new: [Math.min(grip.at, at), Math.max(grip.at, at)],
    }
    setDraft(next[grip.part])
  }
  const up = () => {
    setGrip(undefined)
    setDraft(undefined)
    if (draft && (draft[1] - draft[0]) / (to - from) > 0.001) finish(draft)
  }
  const press = (event: KeyboardEvent) => {
    const step = ((high - low) / 4) * (event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0)
    if (step === 0) return
    event.preventDefault()
    const start = Math.max(from, Math.min(to - (high - low), low + step))
    finish([start, start + high - low])
  }

  return (
    <div className="overview">
      <div
        ref={box}
        className="overview-box"
        style={{ height, color: colour }}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
      >
        <svg width={width} height={height} viewBox={`0 0 ${Math.max(width, 1)} ${height}`} aria-hidden="true">
          {path && <path d={path} strokeDasharray={synthetic ? '3 2.4' : undefined} />}
          <rect className="shade" x="0" y="0" width={Math.max(0, x(low))} height={height} />
          <rect className="shade" x={x(high)} y="0" width={Math.max(0, width - x(high))} height={height} />
        </svg>
        <div
          className="window"
          role="slider"
          tabIndex={0}
          aria-label="Shown range within the overview; arrow keys move it"
          aria-valuemin={from}
          aria-valuemax={to}
          aria-valuenow={low}
          aria-valuetext={`${formatMoment(low)} to ${formatMoment(high)}`}
          data-live={range.kind === 'live' || undefined}
          onKeyDown={press}
          style={{
            transform: `translateX(${Math.max(0, Math.min(width - 6, x(low)))}px)`,
            width: Math.max(6, x(high) - x(low)),
          }}
        />
      </div>
      <div className="overview-ends" aria-hidden="true">
        <span>{formatMoment(from)}</span>
        <span>{draft ? `${formatMoment(low)} to ${formatMoment(high)}, ${formatSpan(high - low)}` : ''}</span>
        <span>{Math.abs(to - serverNow()) < 120_000 ? 'now' : formatMoment(to)}</span>
      </div>
    </div>
  )
}

/** From the first known reading (at least five minutes) to the end, and wide enough for the shown range. */
function domainOf(
  first: number | undefined,
  end: number,
  bounds: readonly [number, number],
): readonly [number, number] {
  return [Math.min(first ?? end - day_ms, end - 5 * minute_ms, bounds[0]), Math.max(end, bounds[1])]
}

function areaPath(
  times: readonly number[],
  values: readonly number[],
  bucket_ms: number,
  from: number,
  to: number,
  width: number,
): string {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const reach = Math.max(high - low, 1e-9)
  const gap_ms = gapOf_ms(times, bucket_ms)
  let path = ''
  times.forEach((time, i) => {
    const starts = i === 0 || time - times[i - 1]! > gap_ms
    const px = (((time - from) / (to - from)) * width).toFixed(1)
    path += `${starts ? 'M' : 'L'}${px} ${(height - 7 - ((values[i]! - low) / reach) * (height - 14)).toFixed(1)}`
  })
  return path
}
