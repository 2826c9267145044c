// The first page: every device in one table, and three figures that say how the stream is doing.

import { useCallback, useMemo, useRef, useState } from 'react'
import { serverNow, useNow } from '../clock.ts'
import { orderChannels } from '../colours.ts'
import { formatCount } from '../format.ts'
import { useKeys, usePhone } from '../hooks.ts'
import { Command, curlOf, Kbd, Notice, Segments } from '../parts/controls.tsx'
import { Icon } from '../parts/icons.tsx'
import { KindMark } from '../parts/marks.tsx'
import { stateOf } from '../state.ts'
import { DeviceTable } from './device-table.tsx'
import { Figures } from './figures.tsx'
import { commonChannels, type KindFilter, ofKind, type Sort, shownRows } from './order.ts'
import type { Row } from './rows.ts'
import { SyntheticPanel } from './synthetic-panel.tsx'
import { useFleet } from './use-fleet.ts'

export function FleetPage() {
  const [visible, setVisible] = useState<readonly string[]>([])
  const [search, setSearch] = useState('')
  const [kind, setKind] = useState<KindFilter>('all')
  const [sort, setSort] = useState<Sort>({ key: 'device', descending: false })
  const [panel, setPanel] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const phone = usePhone()
  const { rows, list, load, round } = useFleet(visible, 5_000)
  const now = useNow()

  // biome-ignore lint/correctness/useExhaustiveDependencies: each round sorts anew by what has changed meanwhile
  const shown = useMemo(
    () => shownRows(list, { search, kind, sort, now: serverNow() }),
    [list, search, kind, sort, round],
  )
  const columns = useMemo(() => orderChannels(commonChannels(list).slice(0, 8)).slice(0, phone ? 3 : 4), [list, phone])
  const live = list.filter(
    (row) => stateOf(rows.get(row.device.device)?.lastSeenAt, now, row.cadence_ms) === 'live',
  ).length

  useKeys((key) => {
    if (key !== '/') return false
    field.current?.focus()
    field.current?.select()
    return true
  })
  const onVisible = useCallback((devices: readonly string[]) => setVisible(devices), [])

  if (!load.data && load.error && list.length === 0)
    return (
      <main>
        <Notice kind="error" title="The devices could not be loaded.">
          {load.error.message}
        </Notice>
      </main>
    )
  return (
    <main className="fleet">
      <h1 className="visually-hidden">Fleet</h1>
      <Figures live={live} total={list.length} loaded={load.data !== undefined} />
      <div className="toolbar">
        <label className="search">
          <Icon name="search" />
          <input
            ref={field}
            type="search"
            placeholder="Search name, place, MAC, IP, channel"
            aria-label="Search devices"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape') return
              setSearch('')
              field.current?.blur()
            }}
          />
          {!phone && <Kbd>/</Kbd>}
        </label>
        <Segments name="Kind of device" value={kind} onChange={setKind} options={kindOptions(list)} />
        <span className="result" role="status">
          {shown.length === list.length ? '' : `${formatCount(shown.length)} of ${formatCount(list.length)}`}
        </span>
        <button type="button" className="button" aria-label="Fleets and twins" onClick={() => setPanel(true)}>
          <Icon name="twin" />
          <span>Fleets and twins</span>
        </button>
      </div>
      {load.data && list.length === 0 ? (
        <EmptyFleet onStart={() => setPanel(true)} />
      ) : shown.length === 0 && list.length > 0 ? (
        <div className="empty">
          <p>
            Nothing matches{search ? <b> “{search}”</b> : ''}
            {kind === 'all' ? '.' : ` among the ${kind} devices.`}
          </p>
          <button
            type="button"
            className="button"
            onClick={() => {
              setSearch('')
              setKind('all')
            }}
          >
            Show all devices
          </button>
        </div>
      ) : (
        <DeviceTable rows={rows} shown={shown} columns={columns} sort={sort} onSort={setSort} onVisible={onVisible} />
      )}
      <SyntheticPanel open={panel} onClose={() => setPanel(false)} onChanged={load.reload} />
    </main>
  )
}

function kindOptions(list: readonly Row[]) {
  const count = (kind: KindFilter) => <small>{formatCount(list.filter((row) => ofKind(row, kind)).length)}</small>
  return [
    { value: 'all' as const, words: <>All {count('all')}</> },
    {
      value: 'real' as const,
      words: (
        <>
          <KindMark kind="sensor" size={18} /> Real {count('real')}
        </>
      ),
    },
    {
      value: 'synthetic' as const,
      words: (
        <>
          <KindMark kind="synthetic" size={18} /> Synthetic {count('synthetic')}
        </>
      ),
    },
  ]
}

function EmptyFleet({ onStart }: { onStart: () => void }) {
  return (
    <div className="empty">
      <h2>No device has sent anything yet</h2>
      <p>Send a reading and the device appears here by itself:</p>
      <Command text={curlOf('boiler')} />
      <p>
        Or{' '}
        <button type="button" className="link" onClick={onStart}>
          start a synthetic fleet
        </button>{' '}
        to see the page at work.
      </p>
    </div>
  )
}
