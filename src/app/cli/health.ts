// `millrace health`: asks a running server whether it lives, has started and is ready. For people and for containers.

import { UnavailableError } from '#core/errors.ts'
import { type Command, connectionFlags } from './command.ts'
import { serverOf } from './connect.ts'
import { exitCodes } from './failure.ts'
import { paintOf, write } from './io.ts'

const patience_ms = 5_000

export const healthCommand: Command = {
  words: ['health'],
  summary: 'Asks a running server whether it lives, has started and is ready.',
  description: 'Ends with 0 when all three are so, with 4 when one is not or no server answers.',
  positionals: [],
  flags: [{ name: 'json', summary: 'Print JSON' }, ...connectionFlags],
  examples: [
    { title: 'The server on this data folder', line: 'millrace health' },
    { title: 'Any server', line: 'millrace health --url http://localhost:8080' },
  ],
  async run(io, args) {
    const url = await serverOf(io, args)
    if (url === undefined)
      throw new UnavailableError(
        "no server runs on this data folder: start it with 'millrace up', or name one with --url",
      )
    const paint = paintOf(io.terminal.colours)
    const checks = await Promise.all(
      (['health', 'startup', 'ready'] as const).map(
        async (name) => [name, await check(new URL(`/${name}`, url), io.signal)] as const,
      ),
    )
    const good = checks.every(([, { ok }]) => ok)
    if (args.flags['json'])
      await write(
        io.stdout,
        `${JSON.stringify({ url, ...Object.fromEntries(checks.map(([name, { ok, text }]) => [name, { ok, text }])) })}\n`,
      )
    else {
      const lines = checks.map(
        ([name, { ok, text }]) => `${name.padEnd(8)} ${ok ? paint.green(text) : paint.red(text)}`,
      )
      await write(io.stdout, `${paint.dim(url)}\n${lines.join('\n')}\n`)
    }
    return good ? exitCodes.ok : exitCodes.unavailable
  },
}

async function check(url: URL, signal: AbortSignal): Promise<{ ok: boolean; text: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(patience_ms)]) })
    const body = (await response.json().catch(() => ({}))) as { status?: unknown; detail?: string }
    return {
      ok: response.ok,
      text: typeof body.status === 'string' ? body.status : (body.detail ?? `HTTP ${response.status}`),
    }
  } catch (error) {
    signal.throwIfAborted()
    const cause = (error as { cause?: { code?: string } }).cause?.code
    return {
      ok: false,
      text: cause === 'ECONNREFUSED' ? 'nobody listens there' : `no answer (${cause ?? (error as Error).name})`,
    }
  }
}
