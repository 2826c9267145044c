// Requests to a Millrace server by fetch alone, so that it runs in Node and in a browser. What comes back as a problem
// document is thrown as the same one of the four errors that the server threw.

import { BugError, InputError, type Issue, NotFoundError, UnavailableError } from '#core/errors.ts'

/** Where an operation lives; `routes.ts` has one for each. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly result: 'document' | 'rows' | 'events'
  /** The body is this field of the input alone. */
  readonly body?: string
}

export type ClientOptions = {
  /** 'http://localhost:8080'; in a browser '' is the page's own server. */
  readonly url: string
  readonly key?: string
  /** Instead of the global one. */
  readonly fetch?: typeof fetch
}

type Input = Readonly<Record<string, unknown>>
type Event = { readonly event: string; readonly data: unknown }

export type Transport = {
  document(route: Route, input: Input, signal?: AbortSignal): Promise<unknown>
  /** Rows in the pieces in which they arrive. */
  rows(route: Route, input: Input, signal?: AbortSignal): AsyncGenerator<Record<string, unknown>[]>
  events(route: Route, input: Input, signal?: AbortSignal): AsyncGenerator<Event>
}

/** Longest line that is waited for: no row and no group of readings is near it. */
const line_max = 64 * 1024 * 1024

export function createTransport({ url, key, fetch: ask = fetch }: ClientOptions): Transport {
  const origin = url.replace(/\/+$/, '')

  async function send(route: Route, input: Input, accept: string, signal?: AbortSignal): Promise<Response> {
    const { path, query, body, type } = requestOf(route, input)
    const headers: Record<string, string> = { accept }
    if (key) headers['authorization'] = `Bearer ${key}`
    if (type) headers['content-type'] = type
    let response: Response
    try {
      response = await ask(`${origin}/api/v1${path}${query}`, { method: route.method, headers, body, signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw new UnavailableError(`${origin || 'the server'} does not answer: ${causeOf(error)}`, { cause: error })
    }
    if (response.ok) return response
    throw await errorOf(response)
  }

  return {
    document: async (route, input, signal) => (await send(route, input, 'application/json', signal)).json(),
    async *rows(route, input, signal) {
      const response = await send(route, input, 'application/x-ndjson', signal)
      for await (const lines of linesOf(response, signal)) {
        yield lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
      }
    },
    async *events(route, input, signal) {
      const response = await send(route, input, 'text/event-stream', signal)
      let event = 'message'
      let data = ''
      for await (const lines of linesOf(response, signal)) {
        for (const line of lines) {
          if (line.startsWith('event: ')) event = line.slice(7)
          else if (line.startsWith('data: ')) data += line.slice(6)
          else if (line === '' && data !== '') {
            yield { event, data: JSON.parse(data) as unknown }
            event = 'message'
            data = ''
          }
        }
      }
    },
  }
}

function requestOf(route: Route, input: Input): { path: string; query: string; body?: string; type?: string } {
  const rest: Record<string, unknown> = { ...input }
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = rest[field]
    delete rest[field]
    if (value === undefined) throw new InputError(`${field} is missing`, [{ field, message: 'is missing' }])
    return encodeURIComponent(String(value))
  })
  if (route.body !== undefined) {
    const list = (rest[route.body] ?? []) as readonly unknown[]
    return { path, query: '', body: list.map((item) => JSON.stringify(item)).join('\n'), type: 'application/x-ndjson' }
  }
  if (route.method === 'POST' || route.method === 'PUT') {
    return { path, query: '', body: JSON.stringify(rest), type: 'application/json' }
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.set(name, String(value))
  return { path, query: query.size > 0 ? `?${query}` : '' }
}

/** Whole lines, as many as each piece of the body completes. */
async function* linesOf(response: Response, signal?: AbortSignal): AsyncGenerator<string[]> {
  if (!response.body) return
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true })
      const lines = rest.split('\n')
      rest = lines.pop()!
      if (rest.length > line_max) throw new BugError(`the server sent a line of more than ${line_max} characters`)
      if (lines.length > 0) yield lines
      if (done) break
    }
    if (rest !== '') yield [rest]
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof TypeError) {
      throw new UnavailableError(`the answer broke off: ${causeOf(error)}`, { cause: error })
    }
    throw error
  } finally {
    await reader.cancel().catch(() => {})
  }
}

async function errorOf(response: Response): Promise<Error> {
  const text = await response.text()
  let problem: { detail?: string; title?: string; issues?: Issue[] } = {}
  try {
    problem = JSON.parse(text) as typeof problem
  } catch {
    // Not ours: a proxy's page, perhaps. Its status still says something.
  }
  const { status } = response
  const detail = problem.detail ?? problem.title ?? `the server answered ${status}`
  if (status === 404) return new NotFoundError(detail)
  if (status === 429 || status === 502 || status === 503 || status === 504) {
    return new UnavailableError(detail, { retryAfter_s: Number(response.headers.get('retry-after')) || 1 })
  }
  if (status >= 500) return new BugError(detail)
  return new InputError(detail, problem.issues ?? [], { status })
}

const causeOf = (error: unknown): string => {
  const { cause, message } = error as { cause?: { message?: string; code?: string }; message: string }
  return cause?.message || cause?.code || message
}
