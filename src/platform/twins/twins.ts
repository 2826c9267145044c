// Twins: a generator fitted to what a real device has sent, streamed beside it as a device of its own.
//
// A twin covers the range that it was fitted on, and then streams at the device's own cadence. Fitting again makes a new
// version: it streams from then on and fills what no version has covered. What an older version has sent stays, because
// telemetry is never rewritten; for a second opinion on the same range, give the twin another name.

import type { Clock } from '#core/clock.ts'
import type { Device, DeviceMetadata } from '#core/device.ts'
import { InputError, messageOf, NotFoundError, UnavailableError } from '#core/errors.ts'
import { createRng } from '#core/rng.ts'
import { type Frame, medianStep_ms } from '#core/series.ts'
import type { Tenant } from '#core/tenant.ts'
import { formatDuration, hour_ms, time_max } from '#core/time.ts'
import type { ModelCard } from '#generators/generator.ts'
import type { Catalogue } from '#stores/catalogue/catalogue.ts'
import type { SeriesStore } from '#stores/series/store.ts'
import type { Finding } from '#validators/validator.ts'
import type { Stretch } from '../fleets/backfill.ts'
import { generatorNamed } from '../fleets/models.ts'
import { type RunningFleet, runFleet, type Saved } from '../fleets/running.ts'
import { deviceRule, isDeviceName } from '../ingest/check.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { Cadence } from './cadence.ts'
import type { Progress } from './fit.ts'
import { type Fit, fitInThread } from './fitting.ts'
import { createTwinInstrument } from './instrument.ts'

export type TwinState = {
  /** Name of the twin's own device: '<device>-twin' unless named. */
  readonly twin: string
  readonly device: string
  readonly seed: number
  readonly step_ms: number
  /** 0..100, 100 is indistinguishable by these measures. */
  readonly fidelity: number
  readonly findings: readonly Finding[]
  readonly card: ModelCard
  readonly createdAt: number
  readonly state: 'running' | 'stopped'
}

export type TwinOptions = {
  readonly twin?: string
  readonly generator?: string
  readonly seed?: number
  readonly from?: number
  readonly to?: number
}

export type Twins = {
  /**
   * Fits, measures, sends the twin's readings over the real device's range and streams it from now on. Fits a twin that
   * exists anew. Throws NotFoundError for an unknown device, InputError where there is too little to learn from.
   */
  create(
    tenant: Tenant,
    device: string,
    options: TwinOptions,
    signal?: AbortSignal,
    progress?: Progress,
  ): Promise<TwinState>
  list(tenant: Tenant): Promise<TwinState[]>
  /** Throws NotFoundError. The twin's device and readings stay. */
  stop(tenant: Tenant, twin: string): Promise<TwinState>
  /** Goes on with every tenant's twins that ran when the process ended, and fills the time between. */
  resume(): Promise<void>
  /** Ends every stream; the twins stay marked as running, for `resume`. */
  close(): Promise<void>
}

export type TwinsParts = {
  readonly ingest: Pick<Ingest, 'submit'>
  readonly catalogue: Catalogue
  readonly store: Pick<SeriesStore, 'profile' | 'frame' | 'extent'>
  readonly clock: Clock
  /** How a model is fitted; in a thread when absent. */
  readonly fit?: Fit
  readonly loadGenerator?: typeof generatorNamed
  readonly log?: (line: string) => void
}

const kind = 'model'
/** Newest rows that are learned from, and most rows that are made of the past. */
const rows_max = 100_000
const rows_min = 16

/** The document of a twin. */
type TwinRecord = Saved &
  Omit<TwinState, 'state' | 'step_ms'> & {
    readonly generator: string
    /** Counts the fits. */
    readonly version: number
    readonly cadence: Cadence
    readonly document: unknown
  }

export function createTwins(parts: TwinsParts): Twins {
  const { ingest, catalogue, store, clock, fit = fitInThread, loadGenerator = generatorNamed, log = () => {} } = parts
  const running = new Map<Tenant, Map<string, RunningFleet>>()
  const fitting = new Set<string>()
  const ofTenant = (tenant: Tenant) => {
    const known = running.get(tenant) ?? new Map<string, RunningFleet>()
    running.set(tenant, known)
    return known
  }
  const recordOf = async (tenant: Tenant, twin: string) =>
    (await catalogue.document(tenant, kind, twin)) as TwinRecord | undefined

  async function launch(tenant: Tenant, record: TwinRecord, missing: readonly Stretch[]): Promise<void> {
    const { twin, cadence } = record
    const model = (await loadGenerator(record.generator)).load(record.document)
    const save = (saved: Saved) => catalogue.putDocument(tenant, kind, twin, { ...record, ...saved }, clock.now())
    const live = runFleet({
      tenant,
      specification: {
        fleet: twin,
        devices: 1,
        interval_ms: cadence.step_ms,
        historyInterval_ms: cadence.step_ms,
        speed: 1,
      },
      members: [{ ...createTwinInstrument({ ...record, model }), phase_ms: cadence.phase_ms }],
      ingest,
      clock,
      batchLimit: Math.min(10_000, store.profile.batchLimit),
      missing,
      head: clock.now(),
      sent: record.sent,
      save,
      log,
    })
    ofTenant(tenant).set(twin, live)
    await save(live.saved())
  }

  async function end(tenant: Tenant, twin: string): Promise<Saved | undefined> {
    const live = ofTenant(tenant).get(twin)
    await live?.stop()
    ofTenant(tenant).delete(twin)
    return live?.saved()
  }

  /** Stretches of the twin's range that nothing has been sent for. */
  async function uncovered(tenant: Tenant, twin: string, { times }: Frame, step_ms: number): Promise<Stretch[]> {
    const now = clock.now()
    const last = times[times.length - 1]!
    // A device that still sends: its twin goes on to now. One that is long silent is covered where it spoke.
    const to = now - last <= Math.max(hour_ms, 10 * step_ms) ? now : last
    const from = Math.max(times[0]!, to - rows_max * step_ms) - 1
    const covered = await store.extent(tenant, twin)
    if (!covered) return [{ from, to, step_ms }]
    const before = { from, to: Math.min(to, covered.from - 1), step_ms }
    const after = { from: Math.max(from, covered.to), to, step_ms }
    return [before, after].filter((stretch) => stretch.to > stretch.from)
  }

  return {
    async create(tenant, device, options, signal, progress) {
      const twin = options.twin ?? `${device}-twin`
      const real = await realDevice(catalogue, tenant, device, twin)
      const former = await recordOf(tenant, twin)
      const seed = options.seed ?? former?.seed ?? 1
      const generator = options.generator ?? 'statistical'
      await loadGenerator(generator)
      const { from = 0, to = time_max } = options
      const frame = await store.frame(tenant, device, { from, to, limit: rows_max })
      checkRows(device, frame, options)
      const key = `${tenant}/${twin}`
      if (fitting.has(key)) throw new UnavailableError(`'${twin}' is being fitted already`, { retryAfter_s: 5 })
      fitting.add(key)
      try {
        const fitted = await fit({ generator, frame, seed, twin }, { signal, progress })
        await catalogue.putDevice(tenant, twin, twinMetadata(real, twin, seed, fitted.card), clock.now())
        const before = await end(tenant, twin)
        const record: TwinRecord = {
          ...fitted,
          twin,
          device,
          seed,
          generator,
          version: (former?.version ?? 0) + 1,
          createdAt: clock.now(),
          state: 'running',
          missing: [],
          sent: before?.sent ?? former?.sent ?? 0,
        }
        await launch(tenant, record, await uncovered(tenant, twin, frame, fitted.cadence.step_ms))
        return stateOf(record, true)
      } finally {
        fitting.delete(key)
      }
    },

    async list(tenant) {
      const live = ofTenant(tenant)
      const documents = await catalogue.documents(tenant, kind)
      return documents.map(({ name, value }) => stateOf(value as TwinRecord, live.has(name)))
    },

    async stop(tenant, twin) {
      const record = await recordOf(tenant, twin)
      if (!record) throw new NotFoundError(`there is no twin '${twin}'`)
      const ended: TwinRecord = { ...record, ...(await end(tenant, twin)), state: 'stopped' }
      await catalogue.putDocument(tenant, kind, twin, ended, clock.now())
      return stateOf(ended, false)
    },

    async resume() {
      for (const { tenant } of await catalogue.tenants()) {
        for (const { name, value } of await catalogue.documents(tenant, kind)) {
          const record = value as TwinRecord
          if (record.state !== 'running' || ofTenant(tenant).has(name)) continue
          try {
            const { step_ms } = record.cadence
            const to = clock.now()
            const last = (await catalogue.device(tenant, name))?.lastRecordedAt ?? 0
            // A twin of the past streams since it was made: the years before that are no gap.
            const from = Math.max(last, record.createdAt, to - rows_max * step_ms)
            await launch(tenant, record, [...record.missing, ...(from < to ? [{ from, to, step_ms }] : [])])
          } catch (error) {
            log(`twin '${name}' could not go on: ${messageOf(error)}`)
          }
        }
      }
    },

    async close() {
      const all = [...running.values()].flatMap((twins) => [...twins.values()])
      running.clear()
      await Promise.all(all.map((twin) => twin.stop()))
    },
  }
}

async function realDevice(catalogue: Catalogue, tenant: Tenant, device: string, twin: string): Promise<Device> {
  const real = await catalogue.device(tenant, device)
  if (!real) throw new NotFoundError(`there is no device '${device}'`)
  if (real.kind === 'twin') {
    throw new InputError(
      `'${device}' is a twin itself, of '${real.twinOf}': a twin is fitted to what a device has sent`,
      [{ field: 'device', message: `must not be a twin; '${real.twinOf}' would be right` }],
    )
  }
  if (!isDeviceName(twin)) {
    throw new InputError(`'${twin}' cannot be a twin's name`, [{ field: 'twin', message: `a name is ${deviceRule}` }])
  }
  const taken = await catalogue.device(tenant, twin)
  if (taken && taken.twinOf !== device) {
    const issue = { field: 'twin', message: 'must be a new name, or that of a twin of the same device' }
    throw new InputError(`'${twin}' is another device`, [issue], { status: 409 })
  }
  return real
}

function checkRows(device: string, { times }: Frame, { from, to }: TwinOptions): void {
  const count = times.length
  if (count >= rows_min) return
  const where = from === undefined && to === undefined ? '' : ' in this range'
  const step_ms = medianStep_ms(times)
  const hint = Number.isNaN(step_ms) || where ? '' : `: wait ${formatDuration((rows_min - count) * step_ms)}`
  const sent = count === 0 ? 'no readings' : count === 1 ? '1 reading' : `${count} readings`
  throw new InputError(`'${device}' has sent ${sent}${where}; ${rows_min} are needed${hint}`, [
    { field: 'device', message: `needs at least ${rows_min} readings${where}` },
  ])
}

/** Like the device in everything but its addresses, which are nobody's. */
function twinMetadata(real: Device, twin: string, seed: number, card: ModelCard): DeviceMetadata {
  const rng = createRng(seed).derive('twin', twin, 'address')
  const byte = (k: number) => rng.wordAt(k) & 255
  const hex = (k: number) => byte(k).toString(16).padStart(2, '0')
  return {
    kind: 'twin',
    twinOf: real.device,
    ...(real.location !== undefined && { location: real.location }),
    ...(real.firmware !== undefined && { firmware: real.firmware }),
    ...(real.latitude !== undefined && { latitude: real.latitude }),
    ...(real.longitude !== undefined && { longitude: real.longitude }),
    mac: ['02', hex(0), hex(1), hex(2), hex(3), hex(4)].join(':'),
    ip: `10.250.${byte(5)}.${1 + (byte(6) % 254)}`,
    units: { ...Object.fromEntries(card.channels.map(({ name, unit }) => [name, unit])), ...real.units },
    ...(real.tags && { tags: real.tags }),
  }
}

function stateOf(record: TwinRecord, live: boolean): TwinState {
  const { twin, device, seed, cadence, fidelity, findings, card, createdAt } = record
  const { step_ms } = cadence
  return { twin, device, seed, step_ms, fidelity, findings, card, createdAt, state: live ? 'running' : 'stopped' }
}
