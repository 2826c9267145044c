// Opens text files for the formats: gzip, byte order marks and UTF-16 are taken care of here.

import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { InputError, messageOf, NotFoundError } from '#core/errors.ts'

/** How much of a file is looked at before it is read. */
const headBytes = 256 * 1024

/** The beginning of a text file, and its whole text as a stream of strings. */
export type TextFile = {
  readonly head: string
  /** Whether the head is the whole file. */
  readonly complete: boolean
  readonly text: () => AsyncIterable<string>
  /** How much of the file `text` has read, 0..1. */
  readonly fraction: () => number
}

/** Throws NotFoundError when there is no such file, InputError when it is a folder, empty or binary. */
export async function openText(path: string, signal?: AbortSignal): Promise<TextFile> {
  const first = await firstBytes(path, 4)
  if (first.length === 0) throw new InputError(`${path} is empty: there is no row in it`)
  const gzip = first[0] === 0x1f && first[1] === 0x8b
  const utf16 = first[0] === 0xff && first[1] === 0xfe
  const { size } = await stat(path)
  let read = 0
  const text = () => {
    read = 0
    return decoded(path, gzip, utf16 ? 'utf-16le' : 'utf-8', (bytes) => (read = bytes), signal)
  }
  let head = ''
  let complete = true
  for await (const part of text()) {
    head += part
    if (head.length >= headBytes) {
      complete = false
      break
    }
  }
  if (head.includes('\0')) throw new InputError(`${path} is not a text file: it holds zero bytes`)
  return { head, complete, text, fraction: () => Math.min(1, read / size) }
}

async function* decoded(
  path: string,
  gzip: boolean,
  encoding: string,
  reached: (bytes: number) => void,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const raw = createReadStream(path, { highWaterMark: 128 * 1024, ...(signal ? { signal } : {}) })
  const bytes = gzip ? raw.pipe(createGunzip()) : raw
  if (gzip) raw.on('error', (error) => bytes.destroy(error))
  // TextDecoder drops the byte order mark itself.
  const decoder = new TextDecoder(encoding)
  try {
    for await (const chunk of bytes) {
      reached(raw.bytesRead)
      const text = decoder.decode(chunk as Uint8Array, { stream: true })
      if (text) yield text
    }
    const rest = decoder.decode()
    if (rest) yield rest
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw gzip ? new InputError(`${path} is a damaged gzip file: ${messageOf(error)}`) : error
  } finally {
    raw.destroy()
  }
}

/** The first bytes of a file, by which its format can be told. */
export async function firstBytes(path: string, length: number): Promise<Uint8Array> {
  try {
    const file = await open(path)
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new NotFoundError(`there is no file ${path}`)
    if (code === 'EISDIR') throw new InputError(`${path} is a folder: name the files in it`)
    if (code === 'EACCES') throw new InputError(`${path} may not be read: ${messageOf(error)}`)
    throw error
  }
}
