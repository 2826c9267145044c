// Operations on twins: list, make, stop.

import { z } from 'zod'
import { document } from '../operation.ts'
import { instantOf } from '../query/range.ts'
import { deviceName, epoch_ms, time } from '../schemas.ts'

const finding = z.strictObject({
  name: z.string(),
  value: z.number(),
  threshold: z.number().optional(),
  verdict: z.enum(['pass', 'warn', 'fail', 'info']),
  why: z.string().describe('Why it matters'),
})

const modelCard = z.strictObject({
  generator: z.string(),
  version: z.number(),
  summary: z.string(),
  channels: z.array(z.strictObject({ name: z.string(), unit: z.string() })),
  fitted: z.strictObject({ from: epoch_ms, to: epoch_ms, rows: z.int() }).optional(),
  step_ms: z.number().describe('Natural distance of rows, ms'),
  findings: z.array(z.string()).describe('What was learned, in plain words'),
})

const twinState = z.strictObject({
  twin: deviceName,
  device: deviceName.describe('The real device'),
  seed: z.int(),
  step_ms: z.number().describe('Distance of the twin’s readings, ms'),
  fidelity: z.number().min(0).max(100).describe('100 is indistinguishable by these measures'),
  findings: z.array(finding),
  card: modelCard,
  createdAt: epoch_ms,
  state: z.enum(['running', 'stopped']),
})

export const listTwins = document({
  name: 'twins.list',
  summary: 'Lists the twins, with how faithful each is.',
  scope: 'read',
  http: { method: 'GET', path: '/twins' },
  input: z.strictObject({}),
  output: z.strictObject({ twins: z.array(twinState) }),
  examples: [{ title: 'Every twin', input: {} }],
  run: async ({ tenant, platform }) => ({ twins: await platform.twins.list(tenant) }),
})

export const createTwin = document({
  name: 'twins.create',
  summary: 'Fits a generator to what a device has sent and streams a synthetic twin beside it.',
  description:
    'Learns from the newest 100,000 readings, or from those of a range; at least 16 are needed. The answer comes when ' +
    'the model is fitted and measured; the twin’s readings over the same range follow, then it streams at the ' +
    'device’s own cadence. A twin that exists is fitted anew and goes on from now with the new model; what it sent ' +
    'before stays.',
  scope: 'admin',
  http: { method: 'POST', path: '/twins' },
  input: z.strictObject({
    device: deviceName.describe('The device to learn from'),
    twin: deviceName.optional().describe('Name of the twin’s own device; <device>-twin when absent'),
    generator: z.string().max(64).optional().describe('statistical when absent'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .optional(),
    from: time.optional().describe('Learn from this instant on: ISO 8601, epoch ms, or relative to now (-1h)'),
    to: time.optional().describe('Learn up to this instant'),
  }),
  output: twinState,
  examples: [
    { title: 'A twin of this computer', input: { device: 'host' } },
    { title: 'From the last hour only', input: { device: 'boiler', from: '-1h' } },
  ],
  run({ tenant, platform, signal }, { device, from, to, ...options }) {
    const now = platform.clock.now()
    const range = {
      ...(from !== undefined && { from: instantOf(from, now, 'from') }),
      ...(to !== undefined && { to: instantOf(to, now, 'to') }),
    }
    return platform.twins.create(tenant, device, { ...options, ...range }, signal)
  },
})

export const stopTwin = document({
  name: 'twins.stop',
  summary: 'Stops a twin. Its device and readings stay.',
  scope: 'admin',
  http: { method: 'DELETE', path: '/twins/{twin}' },
  input: z.strictObject({ twin: deviceName.describe('Name of the twin') }),
  output: twinState,
  examples: [{ title: 'Stop the twin of this computer', input: { twin: 'host-twin' } }],
  run: ({ tenant, platform }, { twin }) => platform.twins.stop(tenant, twin),
})

export const twinOperations = [listTwins, createTwin, stopTwin]
