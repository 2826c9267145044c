// `millrace generate`: synthetic rows to a file, made in this process by the operation itself, without a server or a
// store. Streams, so any length needs little memory; the same command gives the same bytes.

import { checkInput } from '#api/rest/input.ts'
import { renderRows } from '#api/rest/rows.ts'
import { localTenant } from '#core/tenant.ts'
import { generate } from '#platform/generate/operations.ts'
import type { Operation } from '#platform/operation.ts'
import type { Platform } from '#platform/platform.ts'
import type { Command } from './command.ts'
import { draw, examplesOf } from './operation-command.ts'
import { withOutput } from './output.ts'
import { progressOn } from './progress.ts'

const operation = generate as unknown as Operation
const drawing = { words: ['generate'], defaults: { channels: ['temperature', 'humidity'] } }
const { flags, inputOf } = draw(operation, drawing)
const short: Readonly<Record<string, string>> = { channels: 'c', length: 'n' }

export const generateCommand: Command = {
  words: drawing.words,
  summary: 'Writes synthetic rows to a file, without a server.',
  description: generate.description!,
  positionals: [],
  flags: [
    ...flags.map((flag) => ({ ...flag, ...(short[flag.name] ? { short: short[flag.name]! } : {}) })),
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      summary: 'Form of the file',
      choices: ['csv', 'ndjson', 'json'],
      fallback: 'csv',
    },
    { name: 'output', short: 'o', value: 'FILE', summary: 'Write to a file', completes: 'file' },
  ],
  examples: [
    {
      title: 'A day of weather, once per minute',
      line: 'millrace generate --channels temperature,humidity -o weather.csv',
    },
    {
      title: 'A month of vibration as NDJSON',
      line: 'millrace generate --channels vibration --step 10m --length 4320 --seed 7 --format ndjson',
    },
    ...examplesOf(operation, drawing).slice(1),
  ],
  async run(io, args) {
    const input = inputOf(args)
    const length = Number(input['length'] ?? 1440)
    const progress = progressOn(io)
    // The operation asks the platform for nothing but the time, and that only for relative instants.
    const context = { tenant: localTenant, platform: { clock: io.clock } as Platform, signal: io.signal }
    const result = await generate.run(context, checkInput(generate as unknown as typeof generate & Operation, input))
    let done = 0
    async function* counted() {
      for await (const page of result.rows) {
        yield page
        done += page.length
        progress.show(`${done} of ${length} rows`, done / length)
      }
    }
    const format = (args.flags['format'] ?? 'csv') as 'csv' | 'ndjson' | 'json'
    try {
      await withOutput(io, args.flags['output'] as string | undefined, async (output) => {
        for await (const text of renderRows({ ...result, rows: counted() }, format)) await output.write(text)
      })
    } finally {
      progress.clear()
    }
    return undefined
  },
}
