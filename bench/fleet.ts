// A large fleet in real time on the embedded default: 10,000 devices at 1 Hz for 60 s, through the door, the id ledger
// and the commit. Lateness is the time from a reading's schedule to its commit; none may be later than 1 s.
// The ceiling beside it: the same door taking the same kind of readings as fast as it can (the backfill of a fleet).
//
//   node bench/fleet.ts [--devices 10000] [--seconds 60]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { systemClock as clock } from '#app/clock.ts'
import { localTenant } from '#core/tenant.ts'
import { day_ms, minute_ms } from '#core/time.ts'
import { openSqlite } from '#databases/sqlite/index.ts'
import { usualImperfections } from '#platform/fleets/field.ts'
import { createFleets } from '#platform/fleets/fleets.ts'
import { fleetSpecification } from '#platform/fleets/specification.ts'
import type { Ingest } from '#platform/ingest/ingest.ts'
import { createCore } from '#platform/platform.ts'
import { catalogues } from '#stores/catalogue/registry.ts'
import { seriesStores } from '#stores/series/registry.ts'

const { values } = parseArgs({
  options: { devices: { type: 'string', default: '10000' }, seconds: { type: 'string', default: '60' } },
})
const devices = Number(values.devices)
const seconds = Number(values.seconds)

const folder = mkdtempSync(join(tmpdir(), 'millrace-fleet-'))
try {
  await using database = await openSqlite({ folder })
  await using store = await (await seriesStores.sqlite())({ database, clock })
  await using catalogue = await (await catalogues.sqlite())({ database })
  await catalogue.createTenant(localTenant, clock.now())
  const core = createCore({ version: 'bench', clock, store, catalogue })

  console.log(`week   ${await week(core)}`)
  console.log(`live   ${await live(core)}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

type Core = ReturnType<typeof createCore>

/** A week of history for 20 devices: the speed of the pipeline when nothing waits for a clock. */
async function week(core: Core): Promise<string> {
  const fleets = createFleets(core)
  const loop = monitorEventLoopDelay({ resolution: 10 })
  loop.enable()
  const began = performance.now()
  await fleets.start(
    localTenant,
    fleetSpecification.parse({ fleet: 'week', history_ms: 7 * day_ms, historyInterval_ms: minute_ms }),
  )
  const started_ms = performance.now() - began
  while ((await fleets.list(localTenant))[0]!.state === 'backfilling') await wait(20)
  const took_s = (performance.now() - began) / 1000
  const [state] = await fleets.list(localTenant)
  await fleets.stop(localTenant, 'week')
  await fleets.close()
  return (
    `20 devices, 7 days at 1 min: ${state!.accepted} readings in ${took_s.toFixed(1)} s, ` +
    `${Math.round(state!.accepted / took_s)} readings/s; first answer after ${started_ms.toFixed(0)} ms, ` +
    `event loop at most ${(loop.max / 1e6).toFixed(0)} ms behind`
  )
}

async function live(core: Core): Promise<string> {
  const lateness: number[] = []
  const worst: number[] = []
  const ingest: Pick<Ingest, 'submit'> = {
    async submit(tenant, readings, signal) {
      const verdicts = await core.ingest.submit(tenant, readings, signal)
      const committed = clock.now()
      const slot = Math.floor((performance.now() - began) / 10_000)
      for (const { id } of readings) {
        // The id begins with the nominal time.
        const late = committed - Number.parseInt(id!.slice(0, 8) + id!.slice(9, 13), 16)
        lateness.push(late)
        worst[slot] = Math.max(worst[slot] ?? 0, late)
      }
      return verdicts
    },
  }
  // Deliveries that are late or repeated on purpose would be counted as ours.
  const imperfections = { ...usualImperfections, latePerHour: 0, repeated: 0 }
  const fleets = createFleets({ ...core, ingest, imperfections })
  const began = performance.now()
  await fleets.start(
    localTenant,
    fleetSpecification.parse({ fleet: 'load', devices, interval_ms: 1000, history_ms: 0 }),
  )
  const registered_s = (performance.now() - began) / 1000
  const loop = monitorEventLoopDelay({ resolution: 10 })
  loop.enable()
  const cpu = process.cpuUsage()
  const from = performance.now()
  await wait(seconds * 1000)
  const used = process.cpuUsage(cpu)
  const elapsed_s = (performance.now() - from) / 1000
  const commit = core.ingest.stats(localTenant).latency_ms
  const state = await fleets.stop(localTenant, 'load')
  await fleets.close()
  lateness.sort((a, b) => a - b)
  const quantile = (q: number) => lateness[Math.min(lateness.length - 1, Math.floor(q * lateness.length))]!
  return (
    `${devices} devices at 1 Hz for ${elapsed_s.toFixed(0)} s: ${state.accepted} accepted, ${state.rejected} rejected; ` +
    `late p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, max ${quantile(1)} ms (by 10 s: ${worst.filter((late) => late !== undefined).join(', ')}), commit p50 ${commit.p50} ms, p99 ${commit.p99} ms; ` +
    `CPU ${((used.user + used.system) / elapsed_s / 10_000).toFixed(0)} % of a core; ` +
    `event loop at most ${(loop.max / 1e6).toFixed(0)} ms behind; registered in ${registered_s.toFixed(1)} s; ` +
    `${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`
  )
}
