// What is known of a device besides its readings.

import type { ReactNode } from 'react'
import type { Device } from '../api.ts'
import { formatFull, formatPlace } from '../format.ts'
import { wordsOfKind } from '../parts/marks.tsx'

export function Metadata({ device }: { device: Device }) {
  const entries: readonly (readonly [string, ReactNode])[] = [
    ['Kind', wordsOfKind(device.kind)],
    ['Location', device.location],
    [
      'Coordinates',
      device.latitude !== undefined && device.longitude !== undefined
        ? formatPlace(device.latitude, device.longitude)
        : undefined,
    ],
    ['MAC', device.mac && <code>{device.mac}</code>],
    ['IP', device.ip && <code>{device.ip}</code>],
    ['Firmware', device.firmware],
    ['Fleet', device.fleet],
    ['First seen', formatFull(device.createdAt)],
    ['Last reading', device.lastRecordedAt !== undefined ? formatFull(device.lastRecordedAt) : undefined],
    ...Object.entries(device.tags ?? {}).map(([name, value]) => [name, value] as const),
  ]
  return (
    <section className="panel" aria-label="About the device">
      <h2>About</h2>
      <dl>
        {entries.map(([name, value]) =>
          value === undefined || value === '' ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  )
}
