// The twin of a device: how to make one, how true it is, and what was measured.

import { useEffect, useState } from 'react'
import { ApiError, api, type Device, type Twin } from '../api.ts'
import { formatChannel, formatSpan } from '../format.ts'
import { Notice } from '../parts/controls.tsx'
import { Icon } from '../parts/icons.tsx'
import { KindMark, LineMark } from '../parts/marks.tsx'
import { devicePath, Link } from '../router.tsx'
import { Findings } from './findings.tsx'

export function useTwinMaking(device: string, onMade: (twin: Twin) => void) {
  const [startedAt, setStartedAt] = useState<number>()
  const [failure, setFailure] = useState<string>()
  const make = async () => {
    if (startedAt !== undefined) return
    setStartedAt(Date.now())
    setFailure(undefined)
    try {
      onMade(await api.makeTwin(device))
    } catch (error) {
      setFailure(error instanceof ApiError ? error.message : String(error))
    }
    setStartedAt(undefined)
  }
  return { make, startedAt, failure }
}

type Props = {
  device: Device
  twin: Twin | undefined
  compared: boolean
  onCompare: (compare: boolean) => void
  onChanged: () => void
  making: ReturnType<typeof useTwinMaking>
}

export function TwinPanel({ device, twin, compared, onCompare, onChanged, making }: Props) {
  const isTwin = device.twinOf !== undefined
  return (
    <section className="panel twin-panel" aria-label="Twin">
      <h2>{isTwin ? 'A twin' : 'Twin'}</h2>
      {making.failure && (
        <Notice kind="error" title="No twin was made.">
          {making.failure}
        </Notice>
      )}
      {making.startedAt !== undefined && <Progress startedAt={making.startedAt} />}
      {!twin && !isTwin && making.startedAt === undefined && (
        <>
          <p>
            A twin learns how this device behaves, then streams beside it: same cycles, same noise, same gaps, none of
            the real values.
          </p>
          <button type="button" className="button primary wide" onClick={making.make}>
            <Icon name="twin" />
            <span>Make a twin</span>
          </button>
        </>
      )}
      {twin && (
        <>
          <p className="pair">
            <KindMark kind={isTwin ? 'sensor' : 'twin'} />
            <Link href={devicePath(isTwin ? twin.device : twin.twin)}>{isTwin ? twin.device : twin.twin}</Link>
            {twin.state === 'stopped' && <small>stopped</small>}
          </p>
          <Fidelity twin={twin} />
          <label className="check">
            <input type="checkbox" checked={compared} onChange={(event) => onCompare(event.target.checked)} />
            Draw both on the charts
            <span className="legend" aria-hidden="true">
              <LineMark synthetic={false} /> real <LineMark synthetic /> twin
            </span>
          </label>
          <Findings findings={twin.findings} />
          {twin.card.findings.length > 0 && (
            <details>
              <summary>What it learned</summary>
              <ul className="learned">
                {twin.card.findings.map((finding) => (
                  <li key={finding}>{readable(finding)}</li>
                ))}
              </ul>
            </details>
          )}
          <div className="actions">
            {!isTwin && (
              <button type="button" className="button" onClick={making.make} disabled={making.startedAt !== undefined}>
                Fit again
              </button>
            )}
            {twin.state === 'running' && (
              <button
                type="button"
                className="button"
                onClick={() => api.stopTwin(twin.twin).then(onChanged, onChanged)}
              >
                Stop
              </button>
            )}
          </div>
        </>
      )}
    </section>
  )
}

function Progress({ startedAt }: { startedAt: number }) {
  const [now, setNow] = useState(startedAt)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return (
    <div className="progress" role="status">
      <i aria-hidden="true" />
      <span>Learning from its readings, then writing the twin’s history</span>
      <small className="tabular">{formatSpan(now - startedAt)}</small>
    </div>
  )
}

function Fidelity({ twin }: { twin: Twin }) {
  const why = twin.findings.find((finding) => finding.name.startsWith('fidelity'))?.why
  return (
    <div className="fidelity">
      <b>
        {twin.fidelity.toFixed(1)}
        <small>of 100</small>
      </b>
      <span>fidelity</span>
      <meter min={0} max={100} value={twin.fidelity} aria-label="Fidelity" />
      {why && <p>{why.replace(/^of 100, /, '')}</p>}
    </div>
  )
}

/** 'cpu_percent: no season found' begins with a channel's name; it is written as everywhere else. */
function readable(finding: string): string {
  const [, channel, rest] = /^([\w.-]+): (.+)$/.exec(finding) ?? []
  return channel && rest ? `${formatChannel(channel)}: ${rest}` : finding
}
