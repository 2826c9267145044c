// The events of a telemetry body: one JSON object, an array of them, or NDJSON. A broken line of NDJSON is one refused
// event with its line number, and the others stay; broken JSON has no others.

import { isUtf8 } from 'node:buffer'
import { InputError } from '#core/errors.ts'
import { unreadable } from '#platform/ingest/check.ts'
import { requestEvents_max } from '#platform/ingest/limits.ts'

export type Events = {
  readonly events: unknown[]
  /** Line of each event, from 1; absent for JSON. */
  readonly lines?: readonly number[]
}

export const ndjsonTypes = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
]

/** Throws InputError: 413 for too many events, 415 for another content type, 400 for broken JSON. */
export function eventsOf(body: Buffer, contentType: string | undefined): Events {
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase()
  if (ndjsonTypes.includes(type)) return linesOf(body)
  if (type === 'application/json') return jsonOf(body)
  const sent = type === '' ? 'a body without a content type' : `'${type}'`
  throw new InputError(`${sent} is not taken: send application/json or application/x-ndjson`, [], { status: 415 })
}

function jsonOf(body: Buffer): Events {
  const parsed = parseJson(body)
  if (!Array.isArray(parsed)) return { events: [parsed] }
  if (parsed.length > requestEvents_max) throw tooMany()
  return { events: parsed }
}

/** Any JSON body. Throws InputError with the line and column where it breaks. */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new InputError('the body is not UTF-8')
  const text = withoutMark(body).toString('utf8')
  if (text.trim() === '') throw new InputError('the body is empty; JSON is needed')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InputError(`the body is not JSON: ${placeOf(error as SyntaxError, text)}`)
  }
}

function linesOf(body: Buffer): Events {
  const events: unknown[] = []
  const lines: number[] = []
  // Text that is not UTF-8 would be mended silently: then each line is looked at alone.
  const valid = isUtf8(body)
  const text = withoutMark(body).toString(valid ? 'utf8' : 'latin1')
  let start = 0
  for (let line = 1; start < text.length; line++) {
    let end = text.indexOf('\n', start)
    if (end < 0) end = text.length
    const part = text.slice(start, end)
    start = end + 1
    if (!isBlank(part)) {
      if (events.length === requestEvents_max) throw tooMany()
      lines.push(line)
      events.push(valid ? parseLine(part, line) : parseBytes(Buffer.from(part, 'latin1'), line))
    }
  }
  return { events, lines }
}

function parseLine(text: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = (error as Error).message.replace(/ \(line 1 column \d+\)$/, '')
    return unreadable(`line ${line}`, `line ${line} is not JSON: ${why.slice(0, 120)}`)
  }
}

const parseBytes = (bytes: Buffer, line: number) =>
  isUtf8(bytes) ? parseLine(bytes.toString('utf8'), line) : unreadable(`line ${line}`, `line ${line} is not UTF-8`)

function isBlank(text: string): boolean {
  // Nearly every line begins with its brace.
  return text.charCodeAt(0) !== 123 && text.trim() === ''
}

/** Without the byte order mark that some editors put in front of UTF-8. */
const withoutMark = (body: Buffer) =>
  body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body

const tooMany = () =>
  new InputError(`more than ${requestEvents_max} events in one request, which is the limit; send them in parts`, [], {
    status: 413,
  })

function placeOf(error: SyntaxError, text: string): string {
  const position = Number(/position (\d+)/.exec(error.message)?.[1] ?? Number.NaN)
  if (Number.isNaN(position)) return error.message
  const before = text.slice(0, position).split('\n')
  return `${error.message.replace(/ \(line.*\)$/, '').replace(/ at position \d+/, '')} at line ${before.length}, column ${before.at(-1)!.length + 1}`
}
