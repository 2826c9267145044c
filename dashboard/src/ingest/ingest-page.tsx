// How the stream comes in: the rate and what became of it, how long an answer takes, what arrived last.

import { useMemo, useState } from 'react'
import { api } from '../api.ts'
import { serverNow } from '../clock.ts'
import { formatClock, formatCount, formatLatency, formatValue } from '../format.ts'
import { useLoad } from '../hooks.ts'
import { Command, curlOf, Notice } from '../parts/controls.tsx'
import { useTheme } from '../theme.ts'
import { type Steps, span_s, step_s, stepAt, stepsOf } from './history.ts'
import { RateChart, verdictColours } from './rate-chart.tsx'
import { Tail } from './tail.tsx'

export function IngestPage() {
  const { data: stats, error } = useLoad('stats', api.ingestStats, { refresh_ms: 1_000 })
  const [point, setPoint] = useState<number>()
  const steps = useMemo(() => stats && stepsOf(stats.history, serverNow()), [stats])
  const nothing = stats !== undefined && stats.accepted + stats.duplicate + stats.rejected === 0
  return (
    <main className="ingest">
      <h1 className="visually-hidden">Ingest</h1>
      {error && (
        <Notice kind="error" title="The figures could not be loaded.">
          {error.message}
        </Notice>
      )}
      <section className="figures" aria-label="Now">
        <Figure name="readings per second, last 10 s" value={stats ? rateText(stats.rate) : '–'} />
        <Figure name="door to disk, median" value={stats ? formatLatency(stats.latency_ms.p50) : '–'} />
        <Figure name="door to disk, 99th percentile" value={stats ? formatLatency(stats.latency_ms.p99) : '–'} />
        <Figure name="waiting for the database" value={stats ? formatCount(stats.waiting) : '–'} />
      </section>
      {nothing ? (
        <div className="empty">
          <h2>Nothing has come in since the start</h2>
          <p>Send a first reading; the answer says what became of it, after it is on disk:</p>
          <Command text={curlOf('boiler')} />
        </div>
      ) : (
        <>
          <section className="channel" aria-label="Rate over ten minutes">
            <header>
              <h2>Events per second</h2>
              <Legend steps={steps} point={point} />
            </header>
            <RateChart steps={steps} kind="rate" height={236} onPoint={setPoint} />
          </section>
          <section className="channel" aria-label="Latency over ten minutes">
            <header>
              <h2>Slowest answers</h2>
              <div className="readout">
                <span>
                  <b>
                    {formatLatency((point === undefined ? stats?.latency_ms.p99 : steps?.p99[point]) ?? Number.NaN)}
                  </b>
                  <small>
                    99th percentile, from the door to the commit{point === undefined ? '' : ' at this moment'}
                  </small>
                </span>
              </div>
            </header>
            <RateChart steps={steps} kind="latency" height={128} onPoint={setPoint} />
          </section>
        </>
      )}
      <div className="ingest-foot">
        <Tail />
        {!nothing && (
          <section className="panel" aria-label="Send a reading">
            <h2>Send a reading</h2>
            <p>
              One reading, an array, or a line each (NDJSON), gzip as you like. The answer comes after the commit and
              names each event accepted, duplicate or rejected.
            </p>
            <Command text={curlOf('boiler')} />
            <p>
              <a href="/docs">All operations</a>
            </p>
          </section>
        )}
      </div>
    </main>
  )
}

function Legend({ steps, point }: { steps: Steps | undefined; point: number | undefined }) {
  const colours = verdictColours[useTheme()]
  const at = steps && point !== undefined ? stepAt(steps, point) : undefined
  const sums = steps && {
    accepted: sum(steps.accepted),
    duplicate: sum(steps.withDuplicate) - sum(steps.accepted),
    rejected: sum(steps.withRejected) - sum(steps.withDuplicate),
  }
  return (
    <ul className="legend-row">
      {(['accepted', 'duplicate', 'rejected'] as const).map((verdict) => (
        <li key={verdict}>
          <i style={{ background: colours[verdict] }} aria-hidden="true" />
          {verdict}
          <b>{at ? `${rateText(at[verdict])}/s` : sums ? formatCount(sums[verdict]) : '–'}</b>
        </li>
      ))}
      <li className="when">{at ? formatClock(steps!.times[point!]!) : `in ${span_s / 60} min`}</li>
    </ul>
  )
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) * step_s
const rateText = (value: number) =>
  value < 1e-9 ? '0' : value >= 100 ? formatCount(value) : formatValue(value).replace(/(\.\d)\d$/, '$1')

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div className="figure">
      <b>{value}</b>
      <span>{name}</span>
    </div>
  )
}
