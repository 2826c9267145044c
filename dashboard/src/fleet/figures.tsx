// The head of the fleet page: what is live, how fast it flows, and the last ten minutes of the stream as one shape.

import { useMemo, useRef } from 'react'
import { api } from '../api.ts'
import { formatCount, formatSpan, formatValue } from '../format.ts'
import { useLoad, useWidth } from '../hooks.ts'
import { capOf } from '../ingest/history.ts'
import { Link } from '../router.tsx'

export function Figures({ live, total, loaded }: { live: number; total: number; loaded: boolean }) {
  const stats = useLoad('stats', api.ingestStats, { refresh_ms: 2_000 }).data
  const overview = useLoad('overview', api.overview, { refresh_ms: 60_000 }).data
  return (
    <section className="figures" aria-label="Now">
      <Figure
        name="devices live"
        value={loaded ? formatCount(live) : '–'}
        note={loaded ? `of ${formatCount(total)}` : ''}
      />
      <Figure name="readings per second" value={stats ? rate(stats.rate) : '–'} />
      <Figure
        name="accepted since start"
        value={stats ? formatCount(stats.accepted) : '–'}
        note={overview ? formatSpan(overview.uptime_s * 1000) : ''}
      />
      <Link href="/ingest" className="stream" aria-label="Readings per second over ten minutes: open the ingest page">
        {stats && <Stream history={stats.history} />}
        <small>10 min</small>
      </Link>
    </section>
  )
}

const rate = (value: number) =>
  value >= 1000
    ? formatCount(value)
    : value >= 100
      ? value.toFixed(0)
      : value === 0
        ? '0'
        : formatValue(value).replace(/(\.\d)\d$/, '$1')

function Figure({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div className="figure">
      <b>
        {value}
        {note && <small>{note}</small>}
      </b>
      <span>{name}</span>
    </div>
  )
}

type History = readonly (readonly [number, number, number, number, number])[]

function Stream({ history }: { history: History }) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const height = 56
  const path = useMemo(() => streamPath(history, width, height), [history, width])
  return (
    <div ref={box} className="stream-box">
      <svg width={width} height={height} viewBox={`0 0 ${Math.max(width, 1)} ${height}`} aria-hidden="true">
        <path className="area" d={`${path}L${width} ${height}L0 ${height}Z`} />
        <path className="edge" d={path} />
      </svg>
    </div>
  )
}

const step_s = 10

/** Mean accepted per second in steps of ten seconds, from the left edge to the right. Pure. */
export function streamPath(history: History, width: number, height: number): string {
  const end = history.at(-1)?.[0] ?? 0
  const count = 600 / step_s
  const sums = new Array<number>(count).fill(0)
  for (const [second, accepted] of history) {
    const at = count - 1 - Math.floor((end - second) / step_s)
    if (at >= 0) sums[at]! += accepted / step_s
  }
  const high = Math.max(capOf(sums), 1e-9)
  const y = (value: number) => (height - 2 - Math.min(1, value / high) * (height - 6)).toFixed(1)
  return sums.map((value, i) => `${i === 0 ? 'M' : 'L'}${((i / (count - 1)) * width).toFixed(1)} ${y(value)}`).join('')
}
