// Operations of the door: send readings, and see how it does.

import { z } from 'zod'
import { document } from '../operation.ts'
import { deviceName } from '../schemas.ts'
import { channels_max, idLength_max, labelLength_max, requestEvents_max } from './limits.ts'

/** As a sender writes it. The hot path checks by hand (`check.ts`); a test holds the two to each other. */
export const incomingReading = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(idLength_max)
    .optional()
    .describe(
      'Unique per tenant for ever; a UUID at best. Left out, it is derived from device, time and channel names',
    ),
  device: deviceName,
  recordedAt: z
    .union([z.string(), z.number()])
    .describe("The device's clock: ISO 8601 or epoch ms, at most 24 h in the future"),
  receivedAt: z.number().optional().describe('Taken and not believed, so that what was exported can be sent again'),
  values: z.record(z.string(), z.number()).describe(`1 to ${channels_max} channels and their finite numbers`),
  label: z.string().max(labelLength_max).optional().describe('Ground truth, such as spike'),
})

const count = z.int().min(0)

export const sendTelemetry = document({
  name: 'telemetry.send',
  summary: 'Stores readings exactly once and answers each of them, after the commit.',
  description:
    `The body is one reading, an array of them, or NDJSON (one per line), gzip if you like; at most ${requestEvents_max} ` +
    'readings and 16 MiB. Good readings are stored even when others are refused. An id counts once per tenant for ever: ' +
    'the same reading again is a duplicate, another reading under that id is rejected. After any error or lost ' +
    'connection, send the same again: nothing is stored twice.',
  scope: 'write',
  http: { method: 'POST', path: '/telemetry', body: 'events' },
  input: z.strictObject({ events: z.array(incomingReading).max(requestEvents_max) }),
  output: z.strictObject({
    accepted: count,
    duplicate: count,
    rejected: count,
    events: z.array(
      z.strictObject({
        index: count.describe('Place in the request, from 0'),
        line: z.int().min(1).optional().describe('Line of NDJSON, from 1'),
        id: z.string().optional().describe('As sent, or as derived'),
        verdict: z.enum(['accepted', 'duplicate', 'rejected']),
        reason: z.string().optional().describe('Why it was rejected'),
        field: z.string().optional().describe('Where it is wrong'),
      }),
    ),
  }),
  examples: [
    {
      title: 'One reading',
      input: { events: [{ device: 'boiler', recordedAt: '2026-11-21T06:00:00Z', values: { temperature: 71.5 } }] },
    },
    {
      title: 'Two readings with ids of their own',
      input: {
        events: [
          {
            id: '0199a1f0-0000-7000-8000-000000000001',
            device: 'boiler',
            recordedAt: 1795240800000,
            values: { temperature: 71.5, pressure: 2.1 },
          },
          {
            id: '0199a1f0-0000-7000-8000-000000000002',
            device: 'pump-3',
            recordedAt: 1795240800000,
            values: { vibration: 0.4 },
          },
        ],
      },
    },
  ],
  async run({ tenant, platform, signal }, { events }) {
    const verdicts = await platform.ingest.receive(tenant, events, signal)
    const answer = { accepted: 0, duplicate: 0, rejected: 0 }
    for (const { verdict } of verdicts) answer[verdict]++
    return { ...answer, events: verdicts.map((verdict, index) => ({ index, ...verdict })) }
  },
})

export const ingestStats = document({
  name: 'ingest.stats',
  summary: 'Tells how many readings came, how fast, and how long they waited.',
  scope: 'read',
  http: { method: 'GET', path: '/ingest/stats' },
  input: z.strictObject({}),
  output: z.strictObject({
    accepted: count.describe('Since the start'),
    duplicate: count,
    rejected: count,
    rate: z.number().describe('Events per second over the last 10 s'),
    latency_ms: z.strictObject({ p50: z.number(), p99: z.number() }).describe('From the door to the commit'),
    history: z
      .array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()]))
      .describe(
        'The last 10 minutes: [epoch s, accepted, duplicate, rejected, p99 in ms] of each second that had events',
      ),
    waiting: count.describe('Readings that wait for the database'),
  }),
  examples: [{ title: 'How the door does', input: {} }],
  run: async ({ tenant, platform }) => platform.ingest.stats(tenant),
})

export const ingestOperations = [sendTelemetry, ingestStats]
