// The newest readings as they are committed. Two lines a second at most, so that a person can read them.

import { useRef, useState } from 'react'
import type { Reading } from '../api.ts'
import { cssHue, orderChannels } from '../colours.ts'
import { formatChannel, formatClock, formatWithUnit, unitOf } from '../format.ts'
import { useLive } from '../live.ts'
import { devicePath, Link } from '../router.tsx'

const shown_max = 9
const pace_ms = 500

export function Tail() {
  const [tail, setTail] = useState<readonly Reading[]>([])
  const [held, setHeld] = useState(false)
  const last = useRef(0)
  const turn = useRef(0)
  useLive(undefined, (readings) => {
    if (held || Date.now() - last.current < pace_ms) return
    last.current = Date.now()
    turn.current += 7
    // Another place of the group each time: else the same devices would always be the sample.
    const newest = readings[turn.current % readings.length]!
    setTail((before) => [newest, ...before.filter((reading) => reading.id !== newest.id)].slice(0, shown_max))
  })
  return (
    <section
      className="tail"
      aria-label="Arriving now"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      <h2>
        Arriving now <small>{held ? 'held while you look' : 'a sample, two a second'}</small>
      </h2>
      <ol>
        {tail.map((reading) => (
          <li key={reading.id}>
            <time>{formatClock(reading.recordedAt)}</time>
            <Link href={devicePath(reading.device)}>{reading.device}</Link>
            <span className="values">
              {orderChannels(Object.keys(reading.values))
                .slice(0, 4)
                .map((channel) => (
                  <span key={channel} title={formatChannel(channel)}>
                    <i className="tick" style={{ background: cssHue(channel, Object.keys(reading.values)) }} />
                    {formatWithUnit(reading.values[channel], unitOf(channel))}
                  </span>
                ))}
              {reading.label && <em>planted: {reading.label.replaceAll('_', ' ')}</em>}
            </span>
            <small className="tabular">{Math.max(0, reading.receivedAt - reading.recordedAt).toFixed(0)} ms</small>
          </li>
        ))}
      </ol>
      {tail.length === 0 && <p className="none">Nothing is arriving at this moment.</p>}
    </section>
  )
}
