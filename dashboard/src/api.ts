// The typed client of the REST API: one fetch with the key, one error that speaks in words. Types mirror docs/reference.

import type { Device } from '../../src/core/device.ts'
import type { Reading } from '../../src/core/reading.ts'

export type { Device, Reading }

export type Latest = {
  readonly device: string
  readonly recordedAt: number
  readonly receivedAt: number
  readonly values: Readonly<Record<string, { readonly value: number; readonly recordedAt: number }>>
}

/** One line of a chart. Columns share their length; min, avg and max are equal where a bucket holds one reading. */
export type ChartSeries = {
  readonly device: string
  readonly channel: string
  readonly unit: string
  readonly synthetic: boolean
  readonly times: readonly number[]
  readonly avg: readonly number[]
  readonly min: readonly number[]
  readonly max: readonly number[]
}

export type Label = {
  readonly device: string
  readonly channel?: string
  readonly recordedAt: number
  readonly label: string
}

export type Chart = {
  readonly from: number
  readonly to: number
  readonly bucket_ms: number
  readonly series: readonly ChartSeries[]
  readonly labels: readonly Label[]
}

export type IngestStats = {
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: number
  readonly rate: number
  readonly latency_ms: { readonly p50: number; readonly p99: number }
  /** Epoch s, accepted, duplicate, rejected, p99 in ms; one entry per second that had events, 10 minutes. */
  readonly history: readonly (readonly [number, number, number, number, number])[]
  readonly waiting: number
}

export type Fleet = {
  readonly fleet: string
  readonly devices: number
  readonly interval_ms: number
  readonly speed: number
  readonly state: 'backfilling' | 'running' | 'stopped'
  /** 0..1 of its history. */
  readonly progress?: number
  readonly sent: number
  readonly accepted: number
  readonly late_ms: number
}

export type Finding = {
  readonly name: string
  readonly value: number
  readonly threshold?: number
  readonly verdict: 'pass' | 'warn' | 'fail' | 'info'
  readonly why: string
}

export type Twin = {
  readonly twin: string
  readonly device: string
  readonly step_ms: number
  /** 0..100 */
  readonly fidelity: number
  readonly findings: readonly Finding[]
  readonly card: { readonly generator: string; readonly summary: string; readonly findings: readonly string[] }
  readonly createdAt: number
  readonly state: 'running' | 'stopped'
}

export type Overview = {
  readonly version: string
  readonly tenant: string
  readonly open: boolean
  readonly store: { readonly name: string; readonly location: string }
  readonly devices: number
  readonly uptime_s: number
}

/** What the server (or the way to it) had to say. `status` 0: it was not reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly issues: readonly { field: string; message: string }[]

  constructor(status: number, message: string, issues: readonly { field: string; message: string }[] = []) {
    super(message)
    this.status = status
    this.issues = issues
  }
}

const keyName = 'millrace.key'
const refusedListeners = new Set<() => void>()

export const readKey = (): string | undefined => {
  try {
    return localStorage.getItem(keyName) ?? undefined
  } catch {
    return undefined
  }
}
export const writeKey = (key: string | undefined): void => {
  if (key) localStorage.setItem(keyName, key)
  else localStorage.removeItem(keyName)
}
/** Calls `listener` whenever the server answers 401. */
export function onRefused(listener: () => void): () => void {
  refusedListeners.add(listener)
  return () => refusedListeners.delete(listener)
}

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** A path below /api/v1 with its query; lists are comma separated. */
export function urlOf(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    search.set(name, Array.isArray(value) ? value.join(',') : String(value))
  }
  const text = search.toString().replaceAll('%2C', ',')
  return `/api/v1${path}${text ? `?${text}` : ''}`
}

/** The raw answer, with the key sent along. Throws ApiError unless it is 2xx; passes AbortError on. */
export async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  const key = readKey()
  if (key) headers.set('authorization', `Bearer ${key}`)
  let response: Response
  try {
    response = await fetch(url, { ...init, headers })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError(0, 'The server cannot be reached.')
  }
  if (response.ok) return response
  if (response.status === 401) for (const listener of refusedListeners) listener()
  throw await errorOf(response)
}

async function errorOf(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as {
    title?: string
    detail?: string
    issues?: { field: string; message: string }[]
  }
  const issues = problem.issues ?? []
  const words =
    problem.detail ?? problem.title ?? `The server answered ${response.status} ${response.statusText}`.trim()
  const first = issues[0]
  return new ApiError(
    response.status,
    first && !words.includes(first.message) ? `${words} (${first.message})` : words,
    issues,
  )
}

async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  const response = await request(urlOf(path, query), { headers: { accept: 'application/json' }, signal })
  return (await response.json()) as T
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, signal, headers: { accept: 'application/json' } }
  if (body !== undefined) {
    init.body = JSON.stringify(body)
    init.headers = { accept: 'application/json', 'content-type': 'application/json' }
  }
  return (await (await request(urlOf(path), init)).json()) as T
}

const part = encodeURIComponent
const pageSize = 2_000

export const api = {
  overview: (signal?: AbortSignal) => get<Overview>('/overview', {}, signal),
  device: (device: string, signal?: AbortSignal) => get<Device>(`/devices/${part(device)}`, {}, signal),
  /** Every device, page by page. */
  async devices(signal?: AbortSignal): Promise<Device[]> {
    const all: Device[] = []
    for (;;) {
      const page = await get<{ devices: Device[]; total: number }>(
        '/devices',
        { limit: pageSize, offset: all.length, sort: 'device' },
        signal,
      )
      all.push(...page.devices)
      if (page.devices.length === 0 || all.length >= page.total) return all
    }
  },
  latest: async (devices: readonly string[] | undefined, signal?: AbortSignal) =>
    (await get<{ rows: Latest[] }>('/query/latest', { devices }, signal)).rows,
  chart: (
    query: {
      devices: readonly string[]
      channels?: readonly string[]
      from: string | number
      to: string | number
      points: number
    },
    signal?: AbortSignal,
  ) => get<Chart>('/query/chart', query, signal),
  ingestStats: (signal?: AbortSignal) => get<IngestStats>('/ingest/stats', {}, signal),
  fleets: async (signal?: AbortSignal) => (await get<{ fleets: Fleet[] }>('/fleets', {}, signal)).fleets,
  startFleet: (fleet: { fleet: string; devices: number; interval_ms: number }) => send<Fleet>('POST', '/fleets', fleet),
  stopFleet: (fleet: string) => send<Fleet>('DELETE', `/fleets/${part(fleet)}`),
  twins: async (signal?: AbortSignal) => (await get<{ twins: Twin[] }>('/twins', {}, signal)).twins,
  makeTwin: (device: string) => send<Twin>('POST', '/twins', { device }),
  stopTwin: (twin: string) => send<Twin>('DELETE', `/twins/${part(twin)}`),
}
