// One device as a row. It follows its own readings; nothing else re-renders it.
// biome-ignore-all lint/a11y/useSemanticElements: rows are placed one by one, which a table element cannot do
// biome-ignore-all lint/a11y/useFocusableInteractive: cells are read, not focused; the link in a row is what takes focus

import { memo } from 'react'
import { isSynthetic } from '../../../src/core/device.ts'
import { useNow } from '../clock.ts'
import { cssHue, orderChannels } from '../colours.ts'
import { formatAge, formatChannel, formatFull, formatMeasure, unitOf } from '../format.ts'
import { KindMark, StateMark, wordsOfKind } from '../parts/marks.tsx'
import { type Spark, Sparkline } from '../parts/sparkline.tsx'
import { devicePath, Link } from '../router.tsx'
import { stateOf } from '../state.ts'
import { type Row, type Rows, useRow } from './rows.ts'
import { sparkChannel } from './use-fleet.ts'

type Props = {
  rows: Rows
  device: string
  columns: readonly string[]
  spark: Spark | undefined
  sparkWanted: string | undefined
  phone: boolean
  selected: boolean
  index: number
  top: number
  height: number
}

export const DeviceRow = memo(function DeviceRow(props: Props) {
  const row = useRow(props.rows, props.device)
  const now = useNow()
  if (!row) return null
  const { device } = row
  const state = stateOf(row.lastSeenAt, now, row.cadence_ms)
  const synthetic = isSynthetic(device.kind)
  const channel = sparkChannel(row, props.sparkWanted)
  const seen = row.lastSeenAt === undefined ? '–' : formatAge(now - row.lastSeenAt)
  // A phone has no column heads to line up with: there each device shows its own first channels.
  const common = !props.phone && props.columns.some((column) => device.channels.includes(column))
  const spark = channel && (
    <Sparkline
      spark={props.spark}
      colour={cssHue(channel, device.channels)}
      synthetic={synthetic}
      live={state === 'live'}
      width={props.phone ? 84 : 132}
      height={30}
    />
  )
  return (
    <div
      className="device-row"
      role="row"
      aria-rowindex={props.index + 2}
      data-device={device.device}
      data-selected={props.selected || undefined}
      data-state={state}
      style={{ transform: `translateY(${props.top}px)`, height: props.height }}
    >
      <span role="cell" className="cell-device">
        <KindMark kind={device.kind} />
        <span className="names">
          <Link href={devicePath(device.device)}>{device.device}</Link>
          <small>{device.twinOf ? `twin of ${device.twinOf}` : props.phone ? device.location : shortKind(row)}</small>
        </span>
      </span>
      <span role="cell" className="cell-state">
        <StateMark state={state} />
      </span>
      <span role="cell" className="cell-spark" title={channel && `${formatChannel(channel)}, last hour`}>
        {spark}
      </span>
      {common ? (
        props.columns.map((column) => (
          <span role="cell" className="cell-value" key={column}>
            <Measure row={row} channel={column} hue={false} />
          </span>
        ))
      ) : (
        <span
          role="cell"
          className="cell-own"
          style={props.phone ? undefined : { gridColumn: `span ${Math.max(props.columns.length, 1)}` }}
        >
          {orderChannels(device.channels)
            .slice(0, props.phone ? 3 : 4)
            .map((own) => (
              <span key={own}>
                <Measure row={row} channel={own} hue />
                <small>{formatChannel(own)}</small>
              </span>
            ))}
        </span>
      )}
      <span
        role="cell"
        className="cell-seen"
        title={row.lastSeenAt === undefined ? undefined : formatFull(row.lastSeenAt)}
      >
        {seen}
      </span>
      <span role="cell" className="cell-location" title={device.location}>
        {device.location ?? <i>–</i>}
      </span>
    </div>
  )
})

function Measure({ row, channel, hue }: { row: Row; channel: string; hue: boolean }) {
  if (!row.device.channels.includes(channel)) return <i className="none">–</i>
  const [value, unit] = formatMeasure(row.values[channel], unitOf(channel, row.device.units))
  return (
    <span className="measure">
      {hue && <i className="tick" style={{ background: cssHue(channel, row.device.channels) }} />}
      {value}
      <small>{unit}</small>
    </span>
  )
}

const shortKind = (row: Row): string =>
  row.device.fleet ? `fleet ${row.device.fleet}` : wordsOfKind(row.device.kind).replace('Real: a', 'this').toLowerCase()
