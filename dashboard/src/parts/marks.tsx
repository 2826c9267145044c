// The visual language in its smallest parts: solid is real, dashed is synthetic; a state is a shape before it is a colour.

import { type DeviceKind, isSynthetic } from '../../../src/core/device.ts'
import { type DeviceState, stateWords } from '../state.ts'

const kindWords: Record<DeviceKind, string> = {
  sensor: 'Real sensor',
  host: 'Real: a computer',
  camera: 'Real camera',
  synthetic: 'Synthetic',
  twin: 'Synthetic twin of a real device',
}

export const wordsOfKind = (kind: DeviceKind | undefined): string => (kind ? kindWords[kind] : 'Real device')

/** A short stretch of stream: solid for a real device, dashed for a synthetic one. */
export function KindMark({ kind, size = 22 }: { kind: DeviceKind | undefined; size?: number }) {
  const words = wordsOfKind(kind)
  return (
    <svg className="kind-mark" width={size} height={size / 2} viewBox="0 0 22 11" role="img" aria-label={words}>
      <title>{words}</title>
      <path
        d="M1.5 5.5c3.2-5.3 6.3-5.3 9.5 0s6.3 5.3 9.5 0"
        strokeDasharray={isSynthetic(kind) ? '2.9 3.1' : undefined}
      />
    </svg>
  )
}

/** A line as the charts draw it. */
export function LineMark({ synthetic, colour }: { synthetic: boolean; colour?: string }) {
  return (
    <svg className="line-mark" width="18" height="8" viewBox="0 0 18 8" aria-hidden="true" style={{ color: colour }}>
      <line x1="1" y1="4" x2="17" y2="4" strokeDasharray={synthetic ? '3.5 2.75' : undefined} />
    </svg>
  )
}

export function StateMark({ state, words = true }: { state: DeviceState; words?: boolean }) {
  return (
    <span className={`state state-${state}`}>
      <i aria-hidden="true" />
      {words ? stateWords[state] : <span className="visually-hidden">{stateWords[state]}</span>}
    </span>
  )
}

export function Logo() {
  return (
    <svg className="logo" width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M3 12.5c4.3-6.5 8.7-6.5 13 0s8.7 6.5 13 0" />
      <path d="M3 21.5c4.3-6.5 8.7-6.5 13 0s8.7 6.5 13 0" strokeDasharray="4.5 5.2" />
    </svg>
  )
}
