// Writes chunks as CSV that `read` gives back bit for bit: ISO times in UTC, shortest round-trip numbers, empty gaps.

import { InputError } from '#core/errors.ts'
import { formatTime } from '#core/time.ts'
import type { Chunk, Writer } from '../format.ts'

/** All chunks must have the channels of the first one. A device column is written when the first one has a device. */
export const write: Writer = async function* (chunks) {
  const encoder = new TextEncoder()
  let header: string | undefined
  for await (const chunk of chunks) {
    const own = headerOf(chunk)
    if (header === undefined) yield encoder.encode(own)
    else if (own !== header)
      throw new InputError(`a chunk has the columns ${own.trim()} where the file has ${header.trim()}`)
    header ??= own
    yield encoder.encode(linesOf(chunk))
  }
}

const headerOf = ({ device, frame }: Chunk) =>
  `${['time', ...(device === undefined ? [] : ['device']), ...frame.channels.map((c) => c.name)].map(cell).join(',')}\n`

function linesOf({ device, frame: { times, channels } }: Chunk): string {
  const prefix = device === undefined ? '' : `,${cell(device)}`
  let text = ''
  for (let i = 0; i < times.length; i++) {
    text += formatTime(times[i]!) + prefix
    for (const { values } of channels) {
      const value = values[i]!
      text += Number.isNaN(value) ? ',' : Object.is(value, -0) ? ',-0' : `,${value}`
    }
    text += '\n'
  }
  return text
}

/** A text as a cell, quoted where RFC 4180 asks for it. */
const cell = (text: string) => (/[",;\t\r\n|]|^\s|\s$|^#/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
