// Fleets: any number of synthetic devices, streamed through the pipeline in real time or faster.

import { setImmediate } from 'node:timers/promises'
import type { Clock } from '#core/clock.ts'
import { InputError, messageOf, NotFoundError } from '#core/errors.ts'
import type { Tenant } from '#core/tenant.ts'
import type { Generator } from '#generators/generator.ts'
import type { Catalogue } from '#stores/catalogue/catalogue.ts'
import type { SeriesStore } from '#stores/series/store.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { Stretch } from './backfill.ts'
import type { Imperfections } from './field.ts'
import { type FleetMember, membersOf } from './generate.ts'
import { generatorNamed } from './models.ts'
import { registerMembers } from './register.ts'
import { deviceName } from './roster.ts'
import { gap, type RunningFleet, runFleet, type Saved } from './running.ts'
import { type FleetSpecification, fleetSpecification } from './specification.ts'

export type FleetState = FleetSpecification & {
  readonly state: 'backfilling' | 'running' | 'stopped'
  /** How much of the history is there, 0..1. */
  readonly progress: number
  readonly sent: number
  readonly accepted: number
  readonly duplicate: number
  readonly rejected: number
  /** Largest time from a reading's schedule to its commit over the last minute, ms. */
  readonly late_ms: number
}

export type Fleets = {
  /** The same specification again changes nothing; another one of the same name takes the place of the first. */
  start(tenant: Tenant, specification: FleetSpecification): Promise<FleetState>
  /** Throws NotFoundError. The devices and their readings stay. */
  stop(tenant: Tenant, fleet: string): Promise<FleetState>
  list(tenant: Tenant): Promise<FleetState[]>
  /** Goes on with every tenant's fleets that ran when the process ended, and fills the time between. */
  resume(): Promise<void>
  /** Ends every stream; the fleets stay marked as running, for `resume`. */
  close(): Promise<void>
}

export type FleetsParts = {
  readonly ingest: Pick<Ingest, 'submit'>
  readonly catalogue: Catalogue
  readonly store: Pick<SeriesStore, 'profile' | 'extent'>
  readonly clock: Clock
  /** The statistical generator; loaded from the registry when absent. */
  readonly generator?: Generator
  readonly imperfections?: Imperfections
  readonly log?: (line: string) => void
}

const kind = 'fleet'

/** The document of a fleet. */
type FleetRecord = Saved & { readonly specification: FleetSpecification }

export function createFleets(parts: FleetsParts): Fleets {
  const { ingest, catalogue, clock, imperfections, log = () => {} } = parts
  const batchLimit = Math.min(10_000, parts.store.profile.batchLimit)
  const running = new Map<Tenant, Map<string, RunningFleet>>()
  const ofTenant = (tenant: Tenant) => {
    const known = running.get(tenant) ?? new Map<string, RunningFleet>()
    running.set(tenant, known)
    return known
  }

  async function launch(tenant: Tenant, record: FleetRecord, resumed: boolean): Promise<RunningFleet> {
    const { specification } = record
    const generator = parts.generator ?? (await generatorNamed('statistical'))
    const members = membersOf(generator, specification, imperfections)
    await warm(members, clock.now())
    const newest = await registerMembers(catalogue, tenant, specification.fleet, members, clock.now())
    const now = clock.now()
    const missing: Stretch[] = [...record.missing]
    let head = now
    if (specification.speed > 1) {
      const from = now - specification.history_ms
      head = resumed && newest !== undefined ? Math.max(from, Math.min(newest, now)) : from
    } else if (resumed && newest !== undefined && newest < now && specification.history_ms > 0) {
      missing.push(gap(specification, Math.max(newest, now - specification.history_ms), now))
    }
    const save = (saved: Saved) =>
      catalogue.putDocument(tenant, kind, specification.fleet, { ...saved, specification }, clock.now())
    const fleet = runFleet({
      tenant,
      specification,
      members,
      ingest,
      clock,
      batchLimit,
      missing,
      head,
      sent: record.sent,
      log,
      save,
    })
    ofTenant(tenant).set(specification.fleet, fleet)
    await save(fleet.saved())
    return fleet
  }

  /** The history that nobody has sent yet; the first device speaks for the fleet. */
  async function untold(tenant: Tenant, specification: FleetSpecification): Promise<Stretch[]> {
    const { fleet, speed, history_ms, historyInterval_ms } = specification
    if (history_ms === 0 || speed > 1) return []
    const now = clock.now()
    const told = await parts.store.extent(tenant, deviceName(fleet, 0))
    const from = now - history_ms
    const to = told ? told.from - 1 : now
    return to > from ? [{ from, to, step_ms: historyInterval_ms }] : []
  }

  const recordOf = async (tenant: Tenant, fleet: string) =>
    (await catalogue.document(tenant, kind, fleet)) as FleetRecord | undefined

  return {
    async start(tenant, given) {
      const parsed = fleetSpecification.safeParse(given)
      if (!parsed.success) {
        throw new InputError(
          'the fleet cannot be started as described',
          parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })),
        )
      }
      const specification = parsed.data
      const former = ofTenant(tenant).get(specification.fleet)
      const stored = await recordOf(tenant, specification.fleet)
      const same = stored !== undefined && JSON.stringify(stored.specification) === JSON.stringify(specification)
      if (former && same && former.state() !== 'stopped') return stateOf(specification, former)
      await former?.stop()
      ofTenant(tenant).delete(specification.fleet)
      // A fleet that was stopped goes on where it was; another one of its name leaves the past as it was sent.
      const record: FleetRecord = same
        ? { ...stored, state: 'running', sent: specification.count === undefined ? stored.sent : 0 }
        : { specification, state: 'running', missing: await untold(tenant, specification), sent: 0 }
      return stateOf(specification, await launch(tenant, record, stored !== undefined))
    },

    async stop(tenant, fleet) {
      const record = await recordOf(tenant, fleet)
      if (!record) throw new NotFoundError(`there is no fleet '${fleet}'`)
      const live = ofTenant(tenant).get(fleet)
      await live?.stop()
      ofTenant(tenant).delete(fleet)
      const ended: FleetRecord = { ...record, ...live?.saved(), state: 'stopped' }
      await catalogue.putDocument(tenant, kind, fleet, ended, clock.now())
      return { ...stateOf(record.specification, live), sent: ended.sent, state: 'stopped' }
    },

    async list(tenant) {
      const records = await catalogue.documents(tenant, kind)
      return records.map(({ name, value }) => {
        const { specification, sent, counts } = value as FleetRecord
        const live = ofTenant(tenant).get(name)
        return live ? stateOf(specification, live) : { ...stateOf(specification, undefined), ...counts, sent }
      })
    },

    async resume() {
      for (const { tenant } of await catalogue.tenants()) {
        for (const { name, value } of await catalogue.documents(tenant, kind)) {
          const record = value as FleetRecord
          if (record.state !== 'running' || ofTenant(tenant).has(name)) continue
          try {
            await launch(tenant, record, true)
          } catch (error) {
            log(`fleet '${name}' could not go on: ${messageOf(error)}`)
          }
        }
      }
    },

    async close() {
      const all = [...running.values()].flatMap((fleets) => [...fleets.values()])
      running.clear()
      await Promise.all(all.map((fleet) => fleet.stop()))
    },
  }
}

/** A model is prepared when it is first read: ten thousand of them at once would make the first second late. */
async function warm(members: readonly FleetMember[], at: number): Promise<void> {
  for (const [i, member] of members.entries()) {
    member.readingAt(at)
    if (i % 100 === 99) await setImmediate()
  }
}

function stateOf(specification: FleetSpecification, fleet: RunningFleet | undefined): FleetState {
  const counts = fleet?.counts ?? { sent: 0, accepted: 0, duplicate: 0, rejected: 0 }
  return {
    ...specification,
    ...counts,
    state: fleet?.state() ?? 'stopped',
    progress: fleet?.progress() ?? 1,
    late_ms: fleet?.late_ms() ?? 0,
  }
}
