#!/usr/bin/env node
// The program `millrace`. Loads only what the command needs, so that help and errors are there at once.

import { enableCompileCache } from 'node:module'
import { exitCodes, failureText, Interrupted } from './cli/failure.ts'
import { type Io, paintOf } from './cli/io.ts'
import { systemClock } from './clock.ts'

// Compiled code is kept between runs: the types are stripped once.
enableCompileCache()
process.exitCode = await main(process.argv.slice(2))

async function main(argv: string[]): Promise<number> {
  const io = ioOf(process.env, interrupts())
  // Whoever reads us may leave early (`millrace query | head`): that is no failure.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : exitCodes.bug))
  try {
    const { run } = await import('./cli/run.ts')
    return await run(io, argv)
  } catch (error) {
    const { exitCodeOf } = await import('./cli/failure.ts')
    // What was interrupted fails in its own words; only the interrupt itself is worth telling.
    const cause = io.signal.aborted ? io.signal.reason : error
    const text = failureText(cause, paintOf(io.terminal.colours), Boolean(process.env['MILLRACE_DEBUG']))
    process.stderr.write(text)
    return exitCodeOf(cause)
  }
}

function ioOf(environment: NodeJS.ProcessEnv, signal: AbortSignal): Io {
  const { stdout, stderr } = process
  const welcome = !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'
  return {
    stdout,
    stderr,
    environment,
    clock: systemClock,
    signal,
    terminal: {
      out: stdout.isTTY === true,
      error: stderr.isTTY === true,
      colours: welcome && (environment['FORCE_COLOR'] ? environment['FORCE_COLOR'] !== '0' : stdout.isTTY === true),
      width: stdout.columns || 100,
    },
  }
}

/** The first interrupt asks to end, a later one ends. npm passes on what the terminal sends too: those two are one. */
function interrupts(): AbortSignal {
  const controller = new AbortController()
  let first = Number.NEGATIVE_INFINITY
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        first = systemClock.now()
        controller.abort(new Interrupted(name))
      } else if (systemClock.now() - first > 500) process.exit(exitCodes.interrupted)
    })
  }
  if (process.env['npm_lifecycle_event']) outliveNobody(controller)
  return controller.signal
}

/** npm ends its shell without passing the signal on: who was started by it ends with it. */
function outliveNobody(controller: AbortController): void {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    controller.abort(new Interrupted('npm has ended'))
  }, 500)
  timer.unref()
}
