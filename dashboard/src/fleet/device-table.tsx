// The table of all devices, virtualised against the window: thousands of rows cost what thirty do.
// biome-ignore-all lint/a11y/useSemanticElements: rows are placed one by one, which a table element cannot do
// biome-ignore-all lint/a11y/useFocusableInteractive: cells are read, not focused; the link in a row is what takes focus

import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { cssHue } from '../colours.ts'
import { formatChannel } from '../format.ts'
import { useKeys, usePhone } from '../hooks.ts'
import { devicePath, navigate } from '../router.tsx'
import { DeviceRow } from './device-row.tsx'
import type { Sort, SortKey } from './order.ts'
import type { Row, Rows } from './rows.ts'
import { useSparks } from './use-fleet.ts'

type Props = {
  rows: Rows
  shown: readonly Row[]
  columns: readonly string[]
  sort: Sort
  onSort: (sort: Sort) => void
  onVisible: (devices: readonly string[]) => void
}

export function DeviceTable({ rows, shown, columns, sort, onSort, onVisible }: Props) {
  const phone = usePhone()
  const body = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [selected, setSelected] = useState(-1)
  const [sparkWanted, setSparkWanted] = useState<string>()
  const height = phone ? 84 : 50

  // biome-ignore lint/correctness/useExhaustiveDependencies: what stands above the table decides where it begins
  useLayoutEffect(() => setTop((body.current?.getBoundingClientRect().top ?? 0) + scrollY), [phone, shown.length > 0])
  const virtual = useWindowVirtualizer({
    count: shown.length,
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: top,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height is what asks for measuring
  useEffect(() => virtual.measure(), [virtual, height])

  const items = virtual.getVirtualItems()
  const visible = items.flatMap((item) => shown[item.index] ?? [])
  const names = visible.map((row) => row.device.device).join(',')
  useEffect(() => onVisible(names ? names.split(',') : []), [names, onVisible])
  const sparks = useSparks(rows, visible, sparkWanted)

  useKeys((key) => {
    const move = key === 'j' || key === 'ArrowDown' ? 1 : key === 'k' || key === 'ArrowUp' ? -1 : 0
    if (move !== 0) {
      const next = Math.max(0, Math.min(shown.length - 1, selected + move))
      setSelected(next)
      virtual.scrollToIndex(next, { align: 'auto' })
      return true
    }
    const row = shown[selected]
    if (key === 'Enter' && row && document.activeElement === document.body) {
      navigate(devicePath(row.device.device))
      return true
    }
    if (key === 'Escape' && selected >= 0) {
      setSelected(-1)
      return true
    }
    return false
  })

  const header = (key: SortKey, words: string, className: string, hue?: string) => {
    const active = sort.key === key
    return (
      <span
        role="columnheader"
        className={className}
        aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : 'none'}
        key={key}
      >
        <button
          type="button"
          onClick={() => onSort({ key, descending: active ? !sort.descending : key.startsWith('channel:') })}
        >
          {hue && <i className="tick" style={{ background: hue }} />}
          {words}
          <i className="arrow" aria-hidden="true">
            {active ? (sort.descending ? '↓' : '↑') : ''}
          </i>
        </button>
      </span>
    )
  }

  return (
    <div
      role="table"
      aria-label="Devices"
      aria-rowcount={shown.length + 1}
      className="device-table"
      style={{ ['--value-columns' as string]: Math.max(columns.length, 1) }}
    >
      <div role="row" className="device-header" aria-rowindex={1}>
        {header('device', 'Device', 'cell-device')}
        {header('state', 'State', 'cell-state')}
        <span role="columnheader" className="cell-spark">
          {columns.length < 2 ? (
            'Last hour'
          ) : (
            <select
              aria-label="Channel of the sparklines"
              value={sparkWanted ?? columns[0]}
              onChange={(event) => setSparkWanted(event.target.value)}
            >
              {columns.map((channel) => (
                <option key={channel} value={channel}>
                  {formatChannel(channel)}, last hour
                </option>
              ))}
            </select>
          )}
        </span>
        {columns.length === 0 && (
          <span role="columnheader" className="cell-value">
            Latest
          </span>
        )}
        {columns.map((channel) =>
          header(`channel:${channel}`, formatChannel(channel), 'cell-value', cssHue(channel, columns)),
        )}
        {header('seen', 'Last seen', 'cell-seen')}
        {header('location', 'Location', 'cell-location')}
      </div>
      <div ref={body} role="rowgroup" className="device-body" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = shown[item.index]
          return (
            row && (
              <DeviceRow
                key={row.device.device}
                rows={rows}
                device={row.device.device}
                columns={columns}
                spark={sparks.get(row.device.device)}
                sparkWanted={sparkWanted}
                phone={phone}
                selected={item.index === selected}
                index={item.index}
                top={item.start - virtual.options.scrollMargin}
                height={height}
              />
            )
          )
        })}
      </div>
    </div>
  )
}
