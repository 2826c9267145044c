// Operations on fleets: list, start, stop.

import { z } from 'zod'
import { document } from '../operation.ts'
import { fleetName, fleetSpecification } from './specification.ts'

const fleetState = fleetSpecification.safeExtend({
  state: z.enum(['backfilling', 'running', 'stopped']),
  progress: z.number().min(0).max(1).describe('How much of the history is there'),
  sent: z.int().min(0),
  accepted: z.int().min(0),
  duplicate: z.int().min(0),
  rejected: z.int().min(0),
  late_ms: z.number().min(0).describe('Largest time from schedule to commit over the last minute, ms'),
})

export const listFleets = document({
  name: 'fleets.list',
  summary: 'Lists the synthetic fleets and how they are doing.',
  scope: 'read',
  http: { method: 'GET', path: '/fleets' },
  input: z.strictObject({}),
  output: z.strictObject({ fleets: z.array(fleetState) }),
  examples: [{ title: 'Every fleet', input: {} }],
  run: async ({ tenant, platform }) => ({ fleets: await platform.fleets.list(tenant) }),
})

export const startFleet = document({
  name: 'fleets.start',
  summary: 'Starts a fleet of synthetic devices, with history, and keeps it running.',
  description:
    'The same specification again changes nothing; another one under the same name takes the place of the first. ' +
    'Readings carry ids that are a function of seed, device and time: what is made twice is stored once. ' +
    'A fleet goes on after a restart, and fills the time between.',
  scope: 'admin',
  http: { method: 'POST', path: '/fleets' },
  input: fleetSpecification,
  output: fleetState,
  examples: [
    { title: 'Twenty devices with a week of history', input: {} },
    {
      title: 'Ten thousand devices at 1 Hz',
      input: { fleet: 'load', devices: 10_000, interval_ms: 1000, history_ms: 0 },
    },
    { title: 'A day at 60 times its speed', input: { fleet: 'replay', speed: 60, history_ms: 86_400_000 } },
  ],
  run: ({ tenant, platform }, specification) => platform.fleets.start(tenant, specification),
})

export const stopFleet = document({
  name: 'fleets.stop',
  summary: 'Stops a fleet. Its devices and their readings stay.',
  scope: 'admin',
  http: { method: 'DELETE', path: '/fleets/{fleet}' },
  input: z.strictObject({ fleet: fleetName }),
  output: fleetState,
  examples: [{ title: 'Stop the first fleet', input: { fleet: 'plant' } }],
  run: ({ tenant, platform }, { fleet }) => platform.fleets.stop(tenant, fleet),
})

export const fleetOperations = [listFleets, startFleet, stopFleet]
