// Host: this computer as a real device, 'host', measured at 1 Hz and sent through the same door as any other device.
// Readings carry whole seconds: a timer that is late does not drift, and after a suspend time goes on from now.

import * as os from 'node:os'
import type { Clock } from '#core/clock.ts'
import type { DeviceMetadata } from '#core/device.ts'
import { messageOf, UnavailableError } from '#core/errors.ts'
import type { Tenant } from '#core/tenant.ts'
import type { Catalogue } from '#stores/catalogue/catalogue.ts'
import type { IncomingReading, Ingest } from '../ingest/ingest.ts'
import { createMeter, hostUnits, type Meter } from './measure.ts'

export type HostOptions = {
  readonly ingest: Pick<Ingest, 'submit'>
  readonly catalogue: Pick<Catalogue, 'putDevice'>
  readonly clock: Clock
  readonly tenant: Tenant
  /** Name of the device; 'host'. */
  readonly device?: string
  /** A folder on the disk whose filling is measured; the home folder when absent. */
  readonly folder?: string
  readonly meter?: Meter
  /** Takes a line when readings were lost or could not be sent. */
  readonly log?: (line: string) => void
}

const period_ms = 1000
/** Readings that wait while the store is not to be had: ten minutes of them. */
const bufferLimit = 600
/** Readings of one submission when the buffer is emptied. */
const batchLimit = 100

/** `run` puts the device into the catalogue and sends until the signal aborts; then it resolves. */
export function createHost(options: HostOptions): { run(signal: AbortSignal): Promise<void> } {
  const { clock, device = 'host', log = () => {} } = options
  return {
    async run(signal) {
      using meter = options.meter ?? createMeter({ now: clock.now(), folder: options.folder })
      const outbox = createOutbox(options, log)
      try {
        await registered(options, device, signal)
        for await (const second of wholeSeconds(clock, signal)) {
          outbox.send({ device, recordedAt: second, values: await meter.measure(clock.now()) }, signal)
        }
      } catch (error) {
        if (!signal.aborted) throw error
      } finally {
        await outbox.idle()
      }
    },
  }
}

/** What is known of this computer: name, system, first outward network address. */
export function describeHost(): DeviceMetadata {
  const outward = Object.values(os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => !address.internal)
  const address = outward.find((a) => a.family === 'IPv4') ?? outward[0]
  const mac = address?.mac.toLowerCase()
  return {
    kind: 'host',
    location: os.hostname(),
    ...(mac && mac !== '00:00:00:00:00:00' && { mac }),
    ...(address && { ip: address.address }),
    firmware: `${os.type()} ${os.release()}`,
    units: hostUnits,
    tags: { hostname: os.hostname(), architecture: os.arch(), processors: String(os.availableParallelism()) },
  }
}

/** Each whole second once, as it begins. Seconds that were slept through are left out; a clock set back is followed. */
export async function* wholeSeconds(clock: Clock, signal: AbortSignal): AsyncGenerator<number> {
  let last = Math.floor(clock.now() / period_ms) * period_ms
  while (!signal.aborted) {
    const now = clock.now()
    if (now < last - period_ms) last = Math.floor(now / period_ms) * period_ms
    // Timers may wake a little early: only the clock says that the second has begun.
    if (now < last + period_ms) {
      await clock.sleep(last + period_ms - now, signal)
      continue
    }
    last = Math.floor(now / period_ms) * period_ms
    yield last
  }
}

async function registered({ catalogue, clock, tenant }: HostOptions, device: string, signal: AbortSignal) {
  for (;;) {
    try {
      return await catalogue.putDevice(tenant, device, describeHost(), clock.now())
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error
      await clock.sleep(error.retryAfter_s * 1000, signal)
    }
  }
}

/** Sends in the background, in order, and holds a bounded number of readings while the store is away. */
function createOutbox({ ingest, tenant, clock }: HostOptions, log: (line: string) => void) {
  const waiting: IncomingReading[] = []
  let lost = 0
  let sending: Promise<void> | undefined

  async function sendAll(signal: AbortSignal): Promise<void> {
    while (waiting.length > 0 && !signal.aborted) {
      const batch = waiting.slice(0, batchLimit)
      try {
        const verdicts = await ingest.submit(tenant, batch)
        waiting.splice(0, batch.length)
        const refused = verdicts.find((v) => v.verdict === 'rejected')
        if (refused) log(`host: a reading was rejected: ${refused.reason}`)
        if (lost > 0) log(`host: ${lost} readings were lost while the store was not available`)
        lost = 0
      } catch (error) {
        if (!(error instanceof UnavailableError)) {
          waiting.splice(0, batch.length)
          log(`host: ${batch.length} readings were not taken: ${messageOf(error)}`)
          continue
        }
        await clock.sleep(error.retryAfter_s * 1000, signal).catch(() => {})
      }
    }
  }

  return {
    send(reading: IncomingReading, signal: AbortSignal): void {
      waiting.push(reading)
      if (waiting.length > bufferLimit + batchLimit) {
        // The oldest may be on their way just now; the next ones are given up.
        waiting.splice(batchLimit, 1)
        lost++
      }
      sending ??= sendAll(signal).finally(() => {
        sending = undefined
      })
    },
    async idle(): Promise<void> {
      await sending
    },
  }
}
