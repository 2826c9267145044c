// `millrace up`: starts everything, says where it is, and ends cleanly when it is asked to.

import { compose } from '../compose.ts'
import { maskedValue } from '../config.ts'
import { createLog } from '../log.ts'
import { version } from '../version.ts'
import type { Command } from './command.ts'
import { configFileFlag, configOf, settingFlags } from './config-command.ts'
import { type Io, type Paint, paintOf, write } from './io.ts'

export const upCommand: Command = {
  words: ['up'],
  summary: 'Starts the server, the dashboard and what streams.',
  description:
    "This computer is measured as the device 'host', a demo fleet streams beside it, and http://localhost:8080 shows both. Ctrl-C ends it; readings are safe at any moment.",
  positionals: [],
  flags: [configFileFlag, ...settingFlags],
  examples: [
    { title: 'With its defaults', line: 'millrace up' },
    { title: 'Elsewhere, without the demo fleet', line: 'millrace up --port 9090 --data ./plant --demo 0' },
    { title: 'On PostgreSQL', line: 'DATABASE_URL=postgres://user@host/db millrace up' },
  ],
  async run(io, args) {
    const { config } = configOf(io, args)
    const paint = paintOf(io.terminal.colours)
    const log = createLog({
      stream: io.stderr,
      clock: io.clock,
      form: config.log,
      level: config.logLevel,
      colours: io.terminal.colours && io.terminal.error,
    })
    const began = io.clock.now()
    {
      await using running = await compose(config, { clock: io.clock, log })
      if (config.log === 'text') await write(io.stdout, await banner(running, config, paint))
      log.info('listening', {
        url: running.url,
        data: String(maskedValue(running.location)),
        role: config.role,
        version,
        ms: io.clock.now() - began,
      })
      running.started.then(
        () => log.info('started', { ms: io.clock.now() - began }),
        () => {},
      )
      await Promise.race([interrupted(io), running.started.then(() => interrupted(io))])
      log.info('stopping')
    }
    log.info('stopped')
    return 0
  },
}

const interrupted = ({ signal }: Io) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

async function banner(
  running: Awaited<ReturnType<typeof compose>>,
  config: { role: string; demo: number; measureHost: boolean; database: string },
  paint: Paint,
): Promise<string> {
  const open = await running.platform.access.isOpen()
  const all = config.role === 'all'
  const runs = [
    ...(all && config.measureHost ? ["this computer as 'host'"] : []),
    ...(all && config.demo > 0 ? [`a demo fleet of ${config.demo} devices`] : []),
    ...(all ? ['twins'] : ['the API alone']),
  ]
  const lines: [string, string][] = [
    ['data', `${running.location} (${config.database ? 'PostgreSQL' : 'SQLite'})`],
    ['tenant', open ? 'local, open to this computer until the first API key' : 'by API key'],
    ['runs', runs.join(', ')],
    ['docs', `${running.url}/docs`],
  ]
  return `\n  ${paint.bold('millrace')} ${paint.dim(version)}   ${paint.accent(running.url)}\n\n${lines.map(([name, text]) => `  ${paint.dim(name.padEnd(8))}${text}`).join('\n')}\n\n  ${paint.dim('Ctrl-C ends it.')}\n\n`
}
