// Log lines on stderr: for people ('06:41:02 info  fleet demo runs  devices=20') or as NDJSON for machines.

import type { Writable } from 'node:stream'
import type { Clock } from '#core/clock.ts'
import { paintOf } from './cli/io.ts'

export const levels = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof levels)[number]
export type Fields = Readonly<Record<string, unknown>>
export type Log = Readonly<Record<Level, (message: string, fields?: Fields) => void>>

export type LogOptions = {
  readonly stream: Writable
  readonly clock: Clock
  readonly form: 'text' | 'json'
  readonly level: Level
  readonly colours: boolean
}

export function createLog({ stream, clock, form, level, colours }: LogOptions): Log {
  const paint = paintOf(colours)
  const marks = { debug: paint.dim('debug'), info: 'info ', warn: paint.yellow('warn '), error: paint.red('error') }
  const line =
    (at: Level) =>
    (message: string, fields: Fields = {}) => {
      if (levels.indexOf(at) < levels.indexOf(level)) return
      const time = new Date(clock.now()).toISOString()
      if (form === 'json') stream.write(`${JSON.stringify({ time, level: at, message, ...fields })}\n`)
      else {
        const rest = Object.entries(fields).map(
          ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
        )
        stream.write(
          `${paint.dim(time.slice(11, 19))} ${marks[at]} ${message}${rest.length > 0 ? paint.dim(`  ${rest.join(' ')}`) : ''}\n`,
        )
      }
    }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}
