// Request bodies: collected, unpacked and bounded. A small gzip that unpacks to gigabytes is stopped while it is
// unpacked, and all bodies together may take only so much memory.

import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { InputError, UnavailableError } from '#core/errors.ts'

/** Most bytes of one body, as sent and as unpacked. */
export const body_max_bytes = 16 * 1024 * 1024
/** Most bytes of all bodies that are being received or unpacked. */
const held_max_bytes = 256 * 1024 * 1024

const unpack = promisify(gunzip)
const tooLarge = () =>
  new InputError(`the body is larger than ${body_max_bytes} bytes (16 MiB, unpacked); send it in parts`, [], {
    status: 413,
  })

/** Reads whole bodies; one reader per server, because it keeps count. */
export function createBodyReader(): (request: IncomingMessage) => Promise<Buffer> {
  let held = 0
  return async (request) => {
    const encoding = request.headers['content-encoding']?.toLowerCase().trim() ?? 'identity'
    if (encoding !== 'identity' && encoding !== 'gzip') {
      throw new InputError(`content-encoding '${encoding}' is not taken; send gzip or nothing`, [], { status: 415 })
    }
    if (Number(request.headers['content-length'] ?? 0) > body_max_bytes) throw tooLarge()
    let mine = 0
    const hold = (bytes: number) => {
      mine += bytes
      held += bytes
      if (held > held_max_bytes)
        throw new UnavailableError('too many large bodies at once; send this again in a moment')
    }
    try {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) {
        hold(chunk.length)
        if (mine > body_max_bytes) throw tooLarge()
        chunks.push(chunk)
      }
      const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      if (encoding === 'identity') return whole
      // What it will take stands in its last four bytes; they may lie, so what is unpacked is bounded all the same.
      hold(Math.min(body_max_bytes, whole.length >= 4 ? whole.readUInt32LE(whole.length - 4) : body_max_bytes))
      return await unpack(whole, { maxOutputLength: body_max_bytes })
    } catch (error) {
      throw bodyError(error)
    } finally {
      held -= mine
    }
  }
}

function bodyError(error: unknown): unknown {
  const code = (error as { code?: string }).code ?? ''
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge()
  if (code.startsWith('Z_'))
    return new InputError(`the body says gzip but cannot be unpacked: ${(error as Error).message}`)
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') return new InputError('the body ended too early')
  return error
}
