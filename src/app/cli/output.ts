// Where a command's result goes: standard output, or the file of --output, written whole or not at all.

import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { InputError, messageOf } from '#core/errors.ts'
import { type Io, write } from './io.ts'

export type Output = {
  write(text: string | Uint8Array): Promise<void>
}

/** Runs `produce` with the output; the file takes its name only when all is written. */
export async function withOutput(
  io: Io,
  file: string | undefined,
  produce: (output: Output) => Promise<void>,
): Promise<void> {
  if (file === undefined || file === '-') return produce({ write: (text) => write(io.stdout, text) })
  // Devices and pipes (/dev/null, process substitution) cannot be renamed onto.
  const partial = /^\/(dev|proc)\//.test(file) ? file : `${file}.partial-${process.pid}`
  const stream = createWriteStream(partial)
  const failed = new Promise<never>((_, reject) => {
    stream.on('error', (error) => reject(new InputError(`${file} cannot be written: ${messageOf(error)}`)))
  })
  failed.catch(() => {})
  try {
    await Promise.race([produce({ write: (text) => Promise.race([write(stream, text), failed]) }), failed])
    await Promise.race([new Promise<void>((resolve) => stream.end(resolve)), failed])
    if (partial !== file) await rename(partial, file)
  } catch (error) {
    stream.destroy()
    if (partial !== file) await rm(partial, { force: true })
    throw error
  }
}
