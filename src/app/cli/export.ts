// `millrace export` and `millrace query`: stored readings as files, and as tables.

import { renderRows } from '#api/rest/rows.ts'
import { InputError } from '#core/errors.ts'
import { queryAggregate, queryLatest, queryReadings } from '#platform/query/operations.ts'
import { type Arguments, type Command, connectionFlags, outputFlags } from './command.ts'
import type { Io } from './io.ts'
import { type Connect, checked, type Drawing, show } from './operation-command.ts'
import { withOutput } from './output.ts'
import { progressOn } from './progress.ts'

const range = [
  { name: 'from', value: 'TIME', summary: "First instant: ISO 8601, epoch ms, or relative to now ('-1h', '-7d')" },
  { name: 'to', value: 'TIME', summary: 'Instant after the last', fallback: 'now' },
]
const channels = { name: 'channels', value: 'A,B', summary: 'Only these channels' }
const list = (text: unknown) => (typeof text === 'string' ? text.split(',').map((item) => item.trim()) : undefined)

export const exportCommand = (connect: Connect): Command => ({
  words: ['export'],
  summary: 'Writes readings as CSV or NDJSON.',
  description:
    'Streams page by page, so a range of any length needs little memory. What was exported can be imported again (--device-column device).',
  positionals: [{ name: 'device', summary: 'Names of devices', required: true, many: true }],
  flags: [
    { ...range[0]!, summary: `${range[0]!.summary}; from the beginning when absent` },
    range[1]!,
    channels,
    { name: 'format', value: 'FORMAT', summary: 'Form of the file', choices: ['csv', 'ndjson'], fallback: 'csv' },
    outputFlags[1]!,
    ...connectionFlags,
  ],
  examples: [
    { title: 'Everything of one device', line: 'millrace export boiler -o boiler.csv' },
    { title: 'The last day as NDJSON', line: 'millrace export boiler --from -1d --format ndjson' },
  ],
  async run(io, args) {
    const format = (args.flags['format'] ?? 'csv') as 'csv' | 'ndjson'
    const input = checked(
      queryReadings,
      definedOf({ ...queryOf(args), from: args.flags['from'] ?? '1970-01-01' }),
      drawing,
    )
    await using caller = await connect(io, args, { create: false })
    const progress = progressOn(io)
    const began = io.clock.now()
    let bytes = 0
    try {
      await withOutput(io, args.flags['output'] as string | undefined, async (output) => {
        const rows = await caller.rows(queryReadings, input, io.signal)
        for await (const text of renderRows(rows, format)) {
          await output.write(text)
          bytes += text.length
          progress.show(`${(bytes / 1e6).toFixed(1)} MB written, ${Math.round((io.clock.now() - began) / 1000)} s`)
        }
      })
    } finally {
      progress.clear()
    }
    return undefined
  },
})

const drawing: Drawing = { words: ['query'], positionals: ['devices'] }

export const queryCommand = (connect: Connect): Command => ({
  words: ['query'],
  summary: 'Shows readings, aggregates per bucket of time, or the latest values.',
  description:
    'Readings one by one; with --bucket or --aggregates, aggregates per bucket; with --latest, the newest value of every channel.',
  positionals: [{ name: 'device', summary: 'Names of devices; all when absent', many: true }],
  flags: [
    { ...range[0]!, fallback: '-1h' },
    range[1]!,
    channels,
    { name: 'bucket', value: 'DURATION', summary: "Width of a bucket: '1s', '5m', '1h', or 'auto'" },
    {
      name: 'aggregates',
      value: 'A,B',
      summary: 'avg, min, max, sum, count, first, last, p50, p95, p99',
      fallback: 'avg,min,max,count',
    },
    { name: 'latest', summary: 'The newest value of every channel' },
    {
      name: 'order',
      value: 'ORDER',
      summary: 'Of readings, by time',
      choices: ['ascending', 'descending'],
      fallback: 'ascending',
    },
    { name: 'limit', value: 'N', summary: 'Most readings' },
    ...outputFlags,
    ...connectionFlags,
  ],
  examples: [
    { title: 'The last hour', line: 'millrace query boiler' },
    { title: 'Averages per minute', line: 'millrace query boiler --from -1h --bucket 1m' },
    { title: 'The newest values of every device', line: 'millrace query --latest' },
    { title: 'The newest ten readings', line: 'millrace query boiler --from -7d --order descending --limit 10' },
  ],
  async run(io, args) {
    const { flags } = args
    const aggregated = flags['bucket'] !== undefined || flags['aggregates'] !== undefined
    if (aggregated && flags['latest']) throw new InputError('--latest does not go with --bucket and --aggregates')
    const query = queryOf(args)
    if (flags['latest']) return ask(io, args, connect, queryLatest, { devices: query.devices })
    if (aggregated)
      return ask(io, args, connect, queryAggregate, {
        ...query,
        bucket: flags['bucket'],
        aggregates: list(flags['aggregates']),
      })
    const limit = flags['limit'] === undefined ? undefined : Number(flags['limit'])
    return ask(io, args, connect, queryReadings, { ...query, order: flags['order'], limit })
  },
})

const queryOf = ({ positionals, flags }: Arguments) => ({
  devices: positionals.length > 0 ? positionals.flatMap((text) => text.split(',')) : undefined,
  channels: list(flags['channels']),
  from: flags['from'],
  to: flags['to'],
})

const definedOf = (input: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))

async function ask(
  io: Io,
  args: Arguments,
  connect: Connect,
  operation: Parameters<typeof show>[2],
  given: Record<string, unknown>,
): Promise<undefined> {
  const input = checked(operation, definedOf(given), drawing)
  await using caller = await connect(io, args, { create: false })
  await show(io, args, operation, drawing, caller, input)
}
