// A sparkline: the last hour as one stroke, gaps left open, dashed when synthetic, a dot where it is now.

import { memo } from 'react'
import { gapOf_ms } from '../merge.ts'

export type Spark = {
  readonly times: readonly number[]
  readonly avg: readonly number[]
  readonly bucket_ms: number
  readonly from: number
  readonly to: number
}

type Props = {
  spark: Spark | undefined
  /** CSS. */
  colour: string
  synthetic: boolean
  width: number
  height: number
  live: boolean
}

export const Sparkline = memo(function Sparkline({ spark, colour, synthetic, width, height, live }: Props) {
  const drawn = spark && sparkPath(spark, width, height)
  return (
    <svg
      className="sparkline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
      style={{ color: colour }}
    >
      {drawn ? (
        <>
          <path d={drawn.path} strokeDasharray={synthetic ? '3 2.4' : undefined} />
          {live && <circle cx={drawn.end[0]} cy={drawn.end[1]} r="2" />}
        </>
      ) : (
        <line className="empty" x1="0" x2={width} y1={height / 2} y2={height / 2} />
      )}
    </svg>
  )
})

/** The SVG path through the buckets, and where it ends. Undefined when there is nothing to draw. Pure. */
export function sparkPath(spark: Spark, width: number, height: number) {
  const { times, avg, from, to, bucket_ms } = spark
  if (times.length < 2 || to <= from) return undefined
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of avg) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  // A constant line stands in the middle; noise of a hundredth of the value is not blown up to full height.
  const reach = Math.max(high - low, Math.abs(high) * 0.002, 1e-9)
  const middle = (high + low) / 2
  const x = (time: number) => ((time - from) / (to - from)) * (width - 4) + 1
  const y = (value: number) => height / 2 - ((value - middle) / reach) * (height - 7)
  const gap_ms = gapOf_ms(times, bucket_ms)
  let path = ''
  let end: readonly [number, number] = [0, 0]
  for (let i = 0; i < times.length; i++) {
    const starts = i === 0 || times[i]! - times[i - 1]! > gap_ms
    end = [Number(x(times[i]!).toFixed(1)), Number(y(avg[i]!).toFixed(1))]
    path += `${starts ? 'M' : 'L'}${end[0]} ${end[1]}`
  }
  return { path, end }
}
