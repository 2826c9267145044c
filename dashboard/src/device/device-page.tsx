// The page of one device: its channels as charts on one time axis, with its twin on the same ones, and what is known of it.

import { useRef, useState } from 'react'
import { isSynthetic } from '../../../src/core/device.ts'
import { ApiError, api, type Chart, type Device, readKey, request, urlOf } from '../api.ts'
import { serverNow, useNow } from '../clock.ts'
import { cssHue, hueOf, orderChannels } from '../colours.ts'
import { formatAge, formatChannel, formatCount, unitOf } from '../format.ts'
import { useKeys, useLoad, usePhone, useScreenHeight, useWidth } from '../hooks.ts'
import { useLive } from '../live.ts'
import { spacing_ms } from '../merge.ts'
import { Command, CopyButton, curlOf, Notice } from '../parts/controls.tsx'
import { Icon } from '../parts/icons.tsx'
import { KindMark, StateMark } from '../parts/marks.tsx'
import {
  boundsOf,
  presets,
  type Range,
  rangeDefault,
  rangeFor,
  readView,
  sameRange,
  type View,
  writeView,
} from '../range.ts'
import { devicePath, Link, navigate, useSearch } from '../router.tsx'
import { lastSign, nextCadence_ms, stateOf } from '../state.ts'
import { ChannelChart } from './channel-chart.tsx'
import { Metadata } from './metadata.tsx'
import { OverviewStrip } from './overview-strip.tsx'
import { RangeBar } from './range-bar.tsx'
import { TwinPanel, useTwinMaking } from './twin-panel.tsx'
import { useDeviceCharts } from './use-device-charts.ts'
import { earliestOf, useOverview } from './use-overview.ts'

/** Shown at first; the rest is one click away. */
const channelsAtFirst = 4

export function DevicePage({ name }: { name: string }) {
  const load = useLoad(`device ${name}`, (signal) => api.device(name, signal), { refresh_ms: 10_000 })
  useKeys((key) => {
    // Loaded, the page has its own use for Escape; until then it leads back.
    if (key !== 'Escape' || load.data) return false
    navigate('/')
    return true
  })
  if (load.data) return <Loaded key={name} device={load.data} onChanged={load.reload} />
  if (!load.error) return <main className="device" aria-busy="true" />
  return (
    <main>
      {load.error.status === 404 ? (
        <div className="empty">
          <h2>No device is called “{name}”</h2>
          <p>It appears by itself with its first reading:</p>
          <Command text={curlOf(name)} />
          <Link href="/" className="button">
            All devices
          </Link>
        </div>
      ) : (
        <Notice kind="error" title="The device could not be loaded.">
          {load.error.message}
        </Notice>
      )}
    </main>
  )
}

function Loaded({ device, onChanged }: { device: Device; onChanged: () => void }) {
  const asked = readView(useSearch())
  const ordered = orderChannels(device.channels)
  const channels = (asked.channels ?? ordered.slice(0, channelsAtFirst)).filter((channel) =>
    device.channels.includes(channel),
  )
  const overview = useOverview(device.device, channels, device.lastRecordedAt)
  // The page opens once: neither later readings nor another channel's beginning move its first range.
  const [opened] = useState(() => ({ device, now: serverNow() }))
  const earliest = useRef<number>(undefined)
  earliest.current ??= earliestOf(overview.data)
  const first = rangeFor(opened.device, opened.now, earliest.current)
  const view = { ...asked, range: asked.range ?? first }
  const lastLive = useRef<Range>(view.range.kind === 'live' ? view.range : first.kind === 'live' ? first : rangeDefault)
  if (view.range.kind === 'live') lastLive.current = view.range
  const zooms = useRef<Range[]>([])
  const area = useRef<HTMLDivElement>(null)
  const width = useWidth(area)
  const phone = usePhone()
  const screen = useScreenHeight()

  const twins = useLoad('twins', api.twins, { refresh_ms: 30_000 })
  const twin = twins.data?.find((each) => each.device === device.device || each.twin === device.device)
  const other = twin && (twin.device === device.device ? twin.twin : twin.device)
  const compare = view.compare === '' ? undefined : (view.compare ?? other)
  const devices = compare ? [device.device, compare] : [device.device]
  const settled = asked.range || first.kind === 'live' || overview.data || overview.error
  const charts = useDeviceCharts(
    devices,
    channels,
    view.range,
    settled && width > 0 ? Math.max(200, Math.min(1_200, Math.round(width))) : 0,
    twin && devices.includes(twin.twin) && compare ? twin : undefined,
  )

  // One stream for the page: the charts and the title's 'seen' both live on it.
  const seen = useRef<Seen>({ at: 0, cadence_ms: undefined })
  useLive(devices, (readings) => {
    if (view.range.kind === 'live') charts.plots.take(readings)
    for (const reading of readings) {
      if (reading.device !== device.device) continue
      const { at, cadence_ms } = seen.current
      const sign = lastSign(reading.receivedAt, reading.recordedAt)!
      seen.current = {
        at: Math.max(at, sign),
        cadence_ms: at === 0 ? cadence_ms : nextCadence_ms(cadence_ms, sign - at),
      }
    }
  })

  const show = (change: Partial<View>, replace = false) =>
    navigate(devicePath(device.device) + writeView({ ...asked, ...change }), { replace, keepScroll: true })
  const setRange = (range: Range) => !sameRange(range, view.range) && show({ range })
  const zoom = (from: number, to: number) => {
    zooms.current.push(view.range)
    setRange({ kind: 'fixed', from: Math.round(from), to: Math.max(Math.round(to), Math.round(from) + 5_000) })
  }
  const zoomOut = () => setRange(zooms.current.pop() ?? lastLive.current)
  const making = useTwinMaking(device.device, () => {
    twins.reload()
    charts.reload()
    show({ compare: undefined }, true)
  })

  useKeys((key) => {
    const preset = presets[Number(key) - 1]
    if (preset) setRange({ kind: 'live', span_ms: preset.span_ms })
    else if (key === 'Escape') view.range.kind === 'fixed' ? zoomOut() : navigate('/')
    else if (key === 'c' && other) show({ compare: compare ? '' : undefined })
    else return false
    return true
  })

  const toggle = (channel: string) => {
    const next = channels.includes(channel)
      ? channels.filter((each) => each !== channel)
      : ordered.filter((each) => each === channel || channels.includes(each))
    show({ channels: next.length > 0 ? next : undefined }, true)
  }
  const lines = devices.map((each) => {
    const series = charts.chart?.series.find((one) => one.device === each)
    const synthetic = each === device.device ? isSynthetic(device.kind) : (series?.synthetic ?? each === twin?.twin)
    const role =
      each === twin?.twin || (each === device.device && device.twinOf) ? 'twin' : synthetic ? 'original' : 'real'
    return { device: each, synthetic, role }
  })
  const bounds = boundsOf(view.range, serverNow())
  const empty = charts.chart?.series.every((series) => series.times.length === 0) === true

  return (
    <main className="device">
      <Title
        device={device}
        view={view}
        channels={channels}
        seen={seen}
        cadence_ms={twin?.step_ms ?? cadenceOf(charts.chart)}
      />
      {device.channels.length === 0 ? (
        <div className="empty">
          <h2>It has not sent a reading yet</h2>
          <Command text={curlOf(device.device)} />
        </div>
      ) : (
        <div className="device-grid">
          <div className="charts" ref={area}>
            <div className="chart-bar">
              <RangeBar
                range={view.range}
                onRange={setRange}
                onLive={first.kind === 'live' ? () => setRange(lastLive.current) : undefined}
              />
              <fieldset className="chips" aria-label="Channels">
                {ordered.map((channel) => (
                  <button
                    key={channel}
                    type="button"
                    aria-pressed={channels.includes(channel)}
                    onClick={() => toggle(channel)}
                    style={{ ['--hue' as string]: cssHue(channel, device.channels) }}
                  >
                    <i aria-hidden="true" />
                    {formatChannel(channel)}
                  </button>
                ))}
              </fieldset>
            </div>
            {channels[0] && (
              <OverviewStrip
                chart={overview.data}
                channel={channels[0]}
                colour={cssHue(channels[0], device.channels)}
                synthetic={isSynthetic(device.kind)}
                range={view.range}
                bounds={bounds}
                onRange={setRange}
              />
            )}
            {charts.error && (
              <Notice kind="error" title="The charts could not be loaded.">
                {charts.error.message}
              </Notice>
            )}
            {empty && (
              <Notice title="No readings in this range.">
                {device.lastRecordedAt !== undefined && (
                  <button
                    type="button"
                    className="link"
                    onClick={() => zoom(device.lastRecordedAt! - 3_600_000, device.lastRecordedAt! + 60_000)}
                  >
                    Show the last hour that has some
                  </button>
                )}
              </Notice>
            )}
            {channels.map((channel, i) => (
              <ChannelChart
                key={channel}
                plots={charts.plots}
                channel={channel}
                hue={hueOf(channel, device.channels)}
                unit={unitOf(channel, device.units)}
                devices={lines}
                showTime={phone || i === channels.length - 1}
                height={heightOf(
                  channels.length,
                  screen - (ordered.length > 9 ? 30 : 0),
                  phone,
                  phone || i === channels.length - 1,
                )}
                onZoom={zoom}
                onZoomOut={zoomOut}
              />
            ))}
          </div>
          <aside>
            {(twin || !isSynthetic(device.kind)) && (
              <TwinPanel
                device={device}
                twin={twin}
                compared={compare !== undefined}
                onCompare={(on) => show({ compare: on ? undefined : '' })}
                onChanged={() => {
                  twins.reload()
                  onChanged()
                }}
                making={making}
              />
            )}
            <Metadata device={device} />
          </aside>
        </div>
      )}
    </main>
  )
}

/** How often the device reports, as far as the chart can tell: buckets further apart than their width. */
function cadenceOf(chart: Chart | undefined): number | undefined {
  const series = chart?.series[0]
  return series && chart ? spacing_ms(series.times, chart.bucket_ms) : undefined
}

type Seen = { readonly at: number; readonly cadence_ms: number | undefined }

/** Four charts fit on a screen without scrolling; more keep a readable height. */
const heightOf = (count: number, screen: number, phone: boolean, showTime: boolean): number => {
  const room = (screen - 292) / count - 46
  const plain = phone ? 132 : Math.round(Math.max(92, Math.min(360, room)))
  return plain + (showTime ? 18 : 0)
}

function Title(props: {
  device: Device
  view: View & { range: Range }
  channels: readonly string[]
  seen: { readonly current: Seen }
  cadence_ms: number | undefined
}) {
  const { device, view, channels } = props
  const now = useNow()
  const seenAt = Math.max(props.seen.current.at, lastSign(device.lastSeenAt, device.lastRecordedAt) ?? 0) || undefined
  return (
    <header className="device-title">
      <Link href="/" className="back" aria-label="All devices">
        <Icon name="back" />
      </Link>
      <KindMark kind={device.kind} size={34} />
      <div className="names">
        <h1>{device.device}</h1>
        <p>
          <StateMark state={stateOf(seenAt, now, props.seen.current.cadence_ms ?? props.cadence_ms)} />
          <span className="tabular">
            {seenAt === undefined ? '' : now - seenAt < 2000 ? 'seen just now' : `seen ${formatAge(now - seenAt)} ago`}
          </span>
          {device.location && <span>{device.location}</span>}
        </p>
      </div>
      <div className="actions">
        <Export device={device.device} channels={channels} range={view.range} />
        <CopyButton
          text={() => location.origin + devicePath(device.device) + writeView({ ...view, channels })}
          icon="link"
          name="Copy a link to this view"
        >
          Share
        </CopyButton>
      </div>
    </header>
  )
}

/** A real link, so that it can be copied into a script; with a key it is fetched here, because a link cannot carry one. */
function Export({ device, channels, range }: { device: string; channels: readonly string[]; range: Range }) {
  const [busy, setBusy] = useState<string>()
  const [from, to]: readonly [string | number, string | number] =
    range.kind === 'fixed'
      ? [range.from, range.to]
      : [`-${formatCount(range.span_ms / 60_000).replaceAll(',', '')}m`, 'now']
  const href = urlOf('/query/readings', { devices: [device], channels, from, to, format: 'csv' })
  const download = async () => {
    setBusy('Exporting…')
    try {
      const blob = await (await request(href)).blob()
      const link = document.createElement('a')
      link.href = URL.createObjectURL(blob)
      link.download = `${device}.csv`
      link.click()
      URL.revokeObjectURL(link.href)
      setBusy(undefined)
    } catch (error) {
      setBusy(error instanceof ApiError ? error.message : String(error))
    }
  }
  return (
    <a
      className="button"
      href={href}
      download={`${device}.csv`}
      onClick={(event) => {
        if (!readKey()) return
        event.preventDefault()
        void download()
      }}
    >
      <Icon name="download" />
      <span>{busy ?? 'CSV'}</span>
    </a>
  )
}
