// How a request becomes an operation's call, and its result an answer: one document, many rows, or a stream of events.

import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { InputError } from '#core/errors.ts'
import type { Identity } from '#platform/access/access.ts'
import type { Context, EventsOperation, Operation, RowsOperation } from '#platform/operation.ts'
import type { Platform } from '#platform/platform.ts'
import { formatOf, rowFormats } from './accept.ts'
import type { createBodyReader } from './body.ts'
import { eventsOf, parseJson } from './events.ts'
import { checkInput, createCoercion, pathFields } from './input.ts'
import { renderRows } from './rows.ts'
import { sendEvents } from './sse.ts'

export type HandlerParts = {
  readonly platform: Platform
  readonly readBody: ReturnType<typeof createBodyReader>
  /** Aborts when the server closes. */
  readonly closing: AbortSignal
  readonly headers: Record<string, string>
  readonly onError: (error: unknown, request: string) => void
}

type Handler = (request: FastifyRequest, reply: FastifyReply, identity: Identity) => Promise<unknown>

/** Rows of a JSON answer whose caller gave no limit. */
const jsonRows_default = 1_000

export function handlerOf(operation: Operation, parts: HandlerParts): Handler {
  if (operation.http.body === 'events') return telemetryHandler(parts)
  const inputOf = createInputReader(operation, parts)
  if (operation.result === 'rows') return rowsHandler(operation, parts, inputOf)
  if (operation.result === 'events') return eventsHandler(operation, parts, inputOf)
  return async (request, reply, { tenant }) => {
    const input = checkInput(operation, await inputOf(request))
    const context: Context = { tenant, platform: parts.platform, signal: signalOf(reply, parts.closing) }
    const answer = await operation.run(context, input)
    return reply
      .header('cache-control', 'no-store')
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(answer))
  }
}

/** The hot path: no schema, no copy; the answer says of each event what became of it. */
function telemetryHandler({ platform, readBody, closing }: HandlerParts): Handler {
  return async (request, reply, { tenant }) => {
    checkQuery(request)
    const { events, lines } = eventsOf(await readBody(request.raw), request.headers['content-type'])
    const verdicts = await platform.ingest.receive(tenant, events, signalOf(reply, closing))
    const counts = { accepted: 0, duplicate: 0, rejected: 0 }
    const answers = verdicts.map(({ id, verdict, reason, field }, index) => {
      counts[verdict]++
      return { index, line: lines?.[index], id: id === '' ? undefined : id, verdict, reason, field }
    })
    return reply
      .header('cache-control', 'no-store')
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ ...counts, events: answers }))
  }
}

function rowsHandler(operation: RowsOperation, parts: HandlerParts, inputOf: InputReader): Handler {
  const pages = 'limit' in operation.input.shape
  return async (request, reply, { tenant }) => {
    const { format: asked, ...given } = await inputOf(request)
    const format = formatOf(request.headers.accept, asked)
    if (format === 'json' && pages) given['limit'] ??= jsonRows_default
    const context: Context = { tenant, platform: parts.platform, signal: signalOf(reply, parts.closing) }
    const result = await operation.run(context, checkInput(operation as Operation as RowsOperation, given))
    // The first two pieces are made before the answer begins: what fails early is a problem document and not a
    // broken stream, and the cursor of a single page is known in time for its header.
    const rows = await ahead(result.rows)
    const cursor = rows.ended ? result.cursor?.() : undefined
    if (cursor !== undefined) reply.header('millrace-cursor', cursor)
    return reply
      .headers({ 'cache-control': 'no-store', vary: 'accept', ...attachment(operation, format, request) })
      .type(`${rowFormats[format]}; charset=utf-8${format === 'csv' ? '; header=present' : ''}`)
      .send(Readable.from(renderRows({ ...result, rows: rows.all }, format), { objectMode: false }))
  }
}

function eventsHandler(operation: EventsOperation, parts: HandlerParts, inputOf: InputReader): Handler {
  return async (request, reply, { tenant }) => {
    const input = checkInput(operation as Operation as EventsOperation, await inputOf(request))
    const signal = signalOf(reply, parts.closing)
    const events = operation.run({ tenant, platform: parts.platform, signal }, input)
    reply.hijack()
    try {
      await sendEvents(reply.raw, events, { clock: parts.platform.clock, signal, headers: parts.headers })
    } catch (error) {
      if (!signal.aborted) parts.onError(error, `${request.method} ${request.url}`)
    }
  }
}

type InputReader = (request: FastifyRequest) => Promise<Record<string, unknown>>

/** Path, query and body as one object. A field of the path cannot be something else in the body. */
function createInputReader({ input, http }: Operation, { readBody }: HandlerParts): InputReader {
  const coerce = createCoercion(input)
  const fromPath = pathFields(http.path)
  const hasBody = http.method === 'POST' || http.method === 'PUT'
  return async (request) => {
    const query = request.query as Record<string, unknown>
    const path = coerce(request.params as Record<string, unknown>)
    if (!hasBody) return { ...coerce(query), ...path }
    const { format, ...others } = query
    if (Object.keys(others).length > 0) checkQuery(request)
    const body = bodyOf(await readBody(request.raw), request.headers['content-type'])
    const both = fromPath.find((name) => Object.hasOwn(body, name) && body[name] !== path[name])
    if (both) {
      throw new InputError(`${both}: the path says '${String(path[both])}', the body '${String(body[both])}'`, [
        { field: both, message: 'leave it out of the body' },
      ])
    }
    return format === undefined ? { ...body, ...path } : { ...body, ...path, format }
  }
}

/** Only JSON: the types that a foreign page's form could send are not taken. */
function bodyOf(body: Buffer, contentType: string | undefined): Record<string, unknown> {
  if (body.length === 0 && contentType === undefined) return {}
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? '')) {
    throw new InputError(`'${contentType ?? ''}' is not taken: send application/json`, [], { status: 415 })
  }
  const parsed = parseJson(body)
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>
  throw new InputError('the body must be a JSON object')
}

function checkQuery(request: FastifyRequest): void {
  const [first] = Object.keys(request.query as object)
  if (first === undefined) return
  throw new InputError(`${first}: this takes its input in the body, not in the query`, [
    { field: first, message: 'put it into the body' },
  ])
}

/** One for all, because every request ends with it and a stack trace costs more than the rest. */
const callerGone = new InputError('the caller has gone', [], { status: 408 })

/** Aborts when the caller has gone or the server closes. */
function signalOf(reply: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort(callerGone))
  return AbortSignal.any([gone.signal, closing])
}

async function ahead<T>(source: AsyncIterable<T>): Promise<{ all: AsyncIterable<T>; ended: boolean }> {
  const iterator = source[Symbol.asyncIterator]()
  const first = await iterator.next()
  const second = first.done ? first : await iterator.next()
  async function* all() {
    try {
      if (first.done) return
      yield first.value
      for (let next = second; !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { all: all(), ended: second.done === true }
}

/** A CSV that a browser asks for by a link is a file to keep. */
function attachment({ name }: Operation, format: string, { headers }: FastifyRequest): Record<string, string> {
  if (format !== 'csv' || !/text\/html/.test(headers.accept ?? '')) return {}
  return { 'content-disposition': `attachment; filename="${name.replace('.', '-')}.csv"` }
}
