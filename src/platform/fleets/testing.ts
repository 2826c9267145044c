// Fakes for the tests of fleets and twins: a generator that is quick to read, a door that checks ids as a store does,
// and a catalogue in a map. `pipeline.test.ts` runs against the real ones.

import { z } from 'zod'
import type { Device, DeviceMetadata } from '#core/device.ts'
import { UnavailableError } from '#core/errors.ts'
import { localTenant } from '#core/tenant.ts'
import { day_ms } from '#core/time.ts'
import { defineGenerator, type Generator, type Model } from '#generators/generator.ts'
import type { Catalogue } from '#stores/catalogue/catalogue.ts'
import type { SeriesStore } from '#stores/series/store.ts'
import type { EventVerdict, IncomingReading, Ingest } from '../ingest/ingest.ts'

/** Channels are what was asked for; values a daily sine with noise; one spike a day from noon for ten minutes. */
export function fakeGenerator(): Generator {
  const modelOf = (channels: readonly { name: string }[]): Model => ({
    card: {
      generator: 'fake',
      version: 1,
      summary: 'a daily sine',
      channels: channels.map(({ name }) => ({ name, unit: name === 'temperature' ? 'Cel' : '%' })),
      step_ms: 60_000,
      findings: [],
    },
    sample() {
      throw new Error('fleets seek')
    },
    at(time, rng, into) {
      for (let k = 0; k < into.length; k++) {
        into[k] = 50 + 10 * Math.sin((2 * Math.PI * time) / day_ms) + rng.normalAt(time * 16 + k)
      }
    },
    anomalies: ({ from }) => [
      {
        kind: 'spike',
        channel: channels[0]!.name,
        from: from + day_ms / 2,
        to: from + day_ms / 2 + 600_000,
        magnitude: 4,
      },
    ],
    save: () => ({ channels }),
  })
  return defineGenerator({
    name: 'fake',
    summary: 'a daily sine',
    params: z.looseObject({ channels: z.array(z.string()).default([]) }),
    capabilities: { preset: true, fit: true, seekable: true, multivariate: true, anomalies: true },
    preset: ({ channels }) => modelOf(channels.map((name) => ({ name }))),
    fit: async (frame) => modelOf(frame.channels),
    load: (document) => modelOf((document as { channels: { name: string }[] }).channels),
  })
}

export type FakeIngest = Pick<Ingest, 'submit'> & {
  readonly stored: Map<string, IncomingReading>
  readonly verdicts: EventVerdict[]
  /** In the order in which they came, duplicates too. */
  readonly arrived: IncomingReading[]
  away: boolean
}

export function fakeIngest(): FakeIngest {
  const stored = new Map<string, IncomingReading>()
  const door: FakeIngest = {
    stored,
    verdicts: [],
    arrived: [],
    away: false,
    async submit(_, readings) {
      if (door.away) throw new UnavailableError('the store is away', { retryAfter_s: 1 })
      return readings.map((reading) => {
        const id = reading.id!
        const known = stored.get(id)
        door.arrived.push(reading)
        if (!known) stored.set(id, reading)
        const same = known && JSON.stringify(known) === JSON.stringify(reading)
        const verdict = !known ? 'accepted' : same ? 'duplicate' : 'rejected'
        const answer: EventVerdict = { id, verdict, ...(verdict === 'rejected' && { reason: 'another payload' }) }
        door.verdicts.push(answer)
        return answer
      })
    },
  }
  return door
}

/** What fleets and twins ask of a store, answered from what the door has taken. */
export const fakeStore = (door: FakeIngest): Pick<SeriesStore, 'profile' | 'extent'> => ({
  profile: { name: 'fake', location: '', batchLimit: 1000, shared: false },
  async extent(_, device) {
    const times = [...door.stored.values()].filter((r) => r.device === device).map((r) => r.recordedAt)
    return times.length > 0 ? { from: Math.min(...times), to: Math.max(...times), count: times.length } : undefined
  },
})

export type FakeCatalogue = Catalogue & { readonly puts: number }

/** Last seen is taken from what the door has stored. */
export function fakeCatalogue(door: FakeIngest): FakeCatalogue {
  const metadata = new Map<string, DeviceMetadata>()
  const documents = new Map<string, { kind: string; name: string; value: unknown; updatedAt: number }>()
  let puts = 0
  const deviceOf = (device: string): Device => {
    const readings = [...door.stored.values()].filter((r) => r.device === device)
    const lastRecordedAt = readings.length ? Math.max(...readings.map((r) => r.recordedAt)) : undefined
    return { ...metadata.get(device), device, createdAt: 0, channels: [], ...(lastRecordedAt && { lastRecordedAt }) }
  }
  const catalogue: Partial<Catalogue> = {
    tenants: async () => [{ tenant: localTenant, createdAt: 0 }],
    async putDevice(_, device, given) {
      puts++
      metadata.set(device, given)
      return deviceOf(device)
    },
    async putDevices(_, devices) {
      puts += devices.length
      for (const { device, metadata: given } of devices) metadata.set(device, given)
    },
    device: async (_, device) => (metadata.has(device) ? deviceOf(device) : undefined),
    async devices(_, { search = '', limit, offset }) {
      const names = [...metadata.keys()].filter((name) => name.includes(search)).sort()
      return { devices: names.slice(offset, offset + limit).map(deviceOf), total: names.length }
    },
    async putDocument(_, kind, name, value, updatedAt) {
      documents.set(`${kind}/${name}`, { kind, name, value: structuredClone(value), updatedAt })
    },
    document: async (_, kind, name) => documents.get(`${kind}/${name}`)?.value,
    documents: async (_, kind) => [...documents.values()].filter((d) => d.kind === kind),
  }
  return Object.defineProperty(catalogue, 'puts', { get: () => puts }) as FakeCatalogue
}
