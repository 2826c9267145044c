// What a command may touch of the world: streams, environment, terminal, clock. Tests of commands bring their own.

import type { Writable } from 'node:stream'
import type { Clock } from '#core/clock.ts'

export type Io = {
  readonly stdout: Writable
  readonly stderr: Writable
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Aborts with the first interrupt. */
  readonly signal: AbortSignal
  /** Whether stdout and stderr are terminals, and whether colours are welcome there. */
  readonly terminal: {
    readonly out: boolean
    readonly error: boolean
    readonly colours: boolean
    readonly width: number
  }
}

/** Writes and waits until the stream takes more; a reader that has gone away (EPIPE) ends the program quietly. */
export function write(stream: Writable, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = stream.write(text, (error) => {
      if (error) reject(error)
      else if (!done) resolve()
    })
    if (done) resolve()
  })
}

/** Colours where they are welcome. `paint.dim('x')` is 'x' elsewhere. */
export const paintOf = (colours: boolean) => {
  const wrap = (on: number, off: number) => (text: string) => (colours ? `\x1b[${on}m${text}\x1b[${off}m` : text)
  return {
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    red: wrap(31, 39),
    green: wrap(32, 39),
    yellow: wrap(33, 39),
    accent: wrap(36, 39),
  }
}

export type Paint = ReturnType<typeof paintOf>
