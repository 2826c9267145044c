// Loads the fleet, follows its readings, and fetches the sparklines of the rows in view in one request.

import { useEffect, useMemo, useRef, useState } from 'react'
import { api, type Fleet, type Twin } from '../api.ts'
import { orderChannels } from '../colours.ts'
import { useLoad, useSettled } from '../hooks.ts'
import { useLive } from '../live.ts'
import { spacing_ms } from '../merge.ts'
import type { Spark } from '../parts/sparkline.tsx'
import { makeRows, type Row, type Rows } from './rows.ts'

const refreshDevices_ms = 15_000
const refreshSparks_ms = 30_000
/** Up to here all devices are followed, beyond it only the rows in view. */
const followAll = 400

export function useFleet(visible: readonly string[], resort_ms: number) {
  const [rows] = useState(makeRows)
  const load = useLoad(
    'fleet',
    async (signal) => {
      const [devices, latest, fleets, twins] = await Promise.all([
        api.devices(signal),
        api.latest(undefined, signal),
        api.fleets(signal).catch((): Fleet[] => []),
        api.twins(signal).catch((): Twin[] => []),
      ])
      const intervals = new Map(fleets.map((fleet) => [fleet.fleet, fleet.interval_ms / fleet.speed]))
      const cadences = new Map(
        twins.flatMap(({ device, twin, step_ms }) => [[device, step_ms] as const, [twin, step_ms] as const]),
      )
      for (const device of devices) {
        const interval_ms = device.fleet === undefined ? undefined : intervals.get(device.fleet)
        if (interval_ms) cadences.set(device.device, interval_ms)
      }
      rows.load(devices, latest, cadences)
      return { fleets, twins }
    },
    { refresh_ms: refreshDevices_ms },
  )

  const { reload } = load
  useEffect(() => {
    let waiting = false
    return rows.onUnknown(() => {
      if (waiting) return
      waiting = true
      setTimeout(() => {
        waiting = false
        reload()
      }, 2_000)
    })
  }, [rows, reload])

  const settled = useSettled(visible.join(','), 300)
  const many = rows.list().length > followAll
  useLive(many ? (settled ? settled.split(',') : []) : undefined, rows.take)

  const [round, setRound] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setRound((n) => n + 1), resort_ms)
    return () => clearInterval(timer)
  }, [resort_ms])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a load or a round shows the rows as they are now
  const list = useMemo(() => rows.current(), [rows, load.data, round])

  return { rows, list, load, round }
}

/** The channel whose last hour stands for the device. */
export const sparkChannel = (row: Row, wanted: string | undefined): string | undefined =>
  wanted && row.device.channels.includes(wanted) ? wanted : orderChannels(row.device.channels)[0]

/** Sparklines by device name, of the devices in view. */
export function useSparks(rows: Rows, visible: readonly Row[], wanted: string | undefined): ReadonlyMap<string, Spark> {
  const kept = useRef(new Map<string, { spark: Spark; at: number }>())
  const [shown, setShown] = useState<ReadonlyMap<string, Spark>>(new Map())
  const keys = visible.map((row) => `${row.device.device}\n${sparkChannel(row, wanted) ?? ''}`).join('\t')
  const settled = useSettled(keys, 120)

  useEffect(() => {
    const control = new AbortController()
    const fetchStale = async () => {
      if (document.hidden) return
      const wantedKeys = settled.split('\t').filter((key) => key && !key.endsWith('\n'))
      const stale = wantedKeys.filter((key) => Date.now() - (kept.current.get(key)?.at ?? 0) > refreshSparks_ms - 1_000)
      if (stale.length > 0) {
        const pairs = stale.map((key) => key.split('\n') as [string, string])
        const devices = [...new Set(pairs.map(([device]) => device))]
        const channels = [...new Set(pairs.map(([, channel]) => channel))]
        const chart = await api
          .chart({ devices, channels, from: '-1h', to: 'now', points: 60 }, control.signal)
          .catch(() => undefined)
        if (!chart || control.signal.aborted) return
        const { bucket_ms, from, to } = chart
        for (const key of stale)
          kept.current.set(key, { spark: { times: [], avg: [], bucket_ms, from, to }, at: Date.now() })
        for (const { device, channel, times, avg } of chart.series) {
          rows.learnCadence(device, spacing_ms(times, bucket_ms))
          kept.current.set(`${device}\n${channel}`, { spark: { times, avg, bucket_ms, from, to }, at: Date.now() })
        }
        if (kept.current.size > 4_000) kept.current = new Map([...kept.current].slice(-2_000))
      }
      setShown(
        new Map(
          wantedKeys.flatMap((key) =>
            kept.current.has(key) ? [[key.split('\n')[0]!, kept.current.get(key)!.spark]] : [],
          ),
        ),
      )
    }
    void fetchStale()
    const timer = setInterval(fetchStale, refreshSparks_ms)
    return () => {
      control.abort()
      clearInterval(timer)
    }
  }, [rows, settled])
  return shown
}
