// The REST server: one route per operation, drawn from its record, and around them health, OpenAPI, the readable page
// and the dashboard. Errors leave through one handler (`problem.ts`), and no stack trace leaves at all.

import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { InputError, NotFoundError, UnavailableError } from '#core/errors.ts'
import { type Identity, requireKeysBeyondLoopback, requireScope } from '#platform/access/access.ts'
import type { Operation } from '#platform/operation.ts'
import type { Platform } from '#platform/platform.ts'
import { createBodyReader } from './body.ts'
import { loadFiles, type StaticFile } from './files.ts'
import { handlerOf } from './handlers.ts'
import { openApiOf } from './openapi.ts'
import { docsPage } from './page.ts'
import { problemOf, problemType } from './problem.ts'
import { base, methodsAt, nearestRoute, routePath } from './routes.ts'

export type RestOptions = {
  readonly platform: Platform
  readonly operations: readonly Operation[]
  /** Folder of the built dashboard. */
  readonly dashboard?: string
  /** Told of every unexpected error, with the request it belongs to. */
  readonly onError?: (error: unknown, request: string) => void
  /** Whether everything has been started; until then /startup and /ready answer 503. */
  readonly started?: () => boolean
}

export type RestServer = AsyncDisposable & {
  /**
   * Starts to listen; port 0 takes a free one. Throws InputError when the port is taken, or when it would listen
   * beyond this computer while no API key exists.
   */
  listen(options: { port: number; host: string }): Promise<{ url: string; port: number }>
  /** Ends live streams, lets requests finish for a few seconds, and closes. */
  close(): Promise<void>
}

/** Open connections, and how long a request may take to arrive whole. */
const connections_max = 10_000
const request_max_ms = 60_000
/** How often requests that took too long are looked for. */
const checking_ms = 5_000
const closing_max_ms = 5_000
/** How long /ready waits for the store. */
const ready_max_ms = 2_000

export function createRestServer(options: RestOptions): RestServer {
  const { platform, operations, onError = () => {} } = options
  const app = fastify({
    exposeHeadRoutes: false,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    requestTimeout: request_max_ms,
    http: { connectionsCheckingInterval: checking_ms },
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 2_000, ignoreTrailingSlash: true },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, error),
  })
  app.server.maxConnections = connections_max
  const closing = new AbortController()

  // Bodies are read by the handlers, which know how: the library only passes the request on.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.decorateRequest('identity', null)
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders)
  })
  app.setErrorHandler((error, request, reply) => {
    const { unexpected } = problemOf(error)
    if (unexpected) onError(error, `${request.method} ${request.url}`)
    return sendProblem(reply, error)
  })
  app.setNotFoundHandler((request, reply) => notFound(operations, files, request, reply))

  const readBody = createBodyReader()
  for (const operation of operations) {
    const handle = handlerOf(operation, {
      platform,
      readBody,
      closing: closing.signal,
      headers: securityHeaders,
      onError,
    })
    app.route({
      method: operation.http.method,
      url: routePath(operation.http.path),
      // Before the body is read: who may not, need not send.
      onRequest: async (request) => {
        const identity = await platform.access.identify(callerOf(request))
        requireScope(identity.scopes, operation.scope)
        ;(request as unknown as { identity: Identity }).identity = identity
      },
      handler: (request, reply) => handle(request, reply, (request as unknown as { identity: Identity }).identity),
    })
  }

  const files = loadFiles(options.dashboard)
  addPages(app, options, closing.signal)

  return {
    async listen({ port, host }) {
      await requireKeysBeyondLoopback(platform.access, host)
      try {
        await app.listen({ port, host })
      } catch (error) {
        throw listenError(error, port, host)
      }
      const { address, port: taken, family } = app.server.address() as AddressInfo
      const named = host === 'localhost' || address === '127.0.0.1' || address === '::1' ? 'localhost' : address
      return {
        url: `http://${family === 'IPv6' && named !== 'localhost' ? `[${named}]` : named}:${taken}`,
        port: taken,
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }

  async function close() {
    closing.abort(new UnavailableError('the server is closing', { retryAfter_s: 5 }))
    const force = setTimeout(() => app.server.closeAllConnections(), closing_max_ms)
    await app.close()
    clearTimeout(force)
  }
}

function addPages(
  app: FastifyInstance,
  { platform, operations, started = () => true }: RestOptions,
  closing: AbortSignal,
) {
  // Made when first asked for: the start should not wait for what few read.
  let document: ReturnType<typeof openApiOf> | undefined
  let page: ReturnType<typeof docsPage> | undefined
  app.get('/openapi.json', (_request, reply) => {
    document ??= openApiOf(operations, platform.version)
    return reply.send(document)
  })
  app.get('/docs', (_request, reply) => {
    page ??= docsPage(operations, platform.version)
    return reply.headers(page.headers).send(page.body)
  })
  app.get('/health', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'alive' }))
  app.get('/startup', (_request, reply) => {
    if (!started()) throw new UnavailableError('starting')
    return reply.header('cache-control', 'no-store').send({ status: 'started' })
  })
  app.get('/ready', async (_request, reply) => {
    if (closing.aborted) throw new UnavailableError('closing')
    if (!started()) throw new UnavailableError('starting')
    const answered = new AbortController()
    const late = platform.clock.sleep(ready_max_ms, answered.signal).then(() => {
      throw new UnavailableError(`the store has not answered for ${ready_max_ms} ms`)
    })
    await Promise.race([platform.catalogue.tenants(), late]).finally(() => {
      // The loser of the race may still fail; nobody asks for it any more.
      late.catch(() => {})
      answered.abort()
    })
    return reply.header('cache-control', 'no-store').send({ status: 'ready' })
  })
}

function notFound(
  operations: readonly Operation[],
  files: ReadonlyMap<string, StaticFile>,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const path = request.url.split('?')[0]!
  if (path === '/api' || path.startsWith('/api/')) {
    const methods = methodsAt(operations, path)
    if (methods.length > 0) {
      reply.header('allow', methods.join(', '))
      throw new InputError(`${request.method} is not possible here; there is ${methods.join(', ')}`, [], {
        status: 405,
      })
    }
    const nearest = nearestRoute(operations, path)
    throw new NotFoundError(
      `there is no ${path}${nearest ? `; did you mean ${nearest}?` : ''} The page /docs lists all.`,
    )
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    reply.header('allow', 'GET, HEAD')
    throw new InputError(`${request.method} is not possible here; the API is at ${base}`, [], { status: 405 })
  }
  // A path without a file's ending is a page of the dashboard, which finds its own way.
  const file =
    files.get(path) ?? (/\.\w+$/.test(path) && !path.startsWith('/devices/') ? undefined : files.get('/index.html'))
  if (!file) throw new NotFoundError(`there is no ${path}`)
  return sendFile(file, request, reply)
}

function sendFile(file: StaticFile, request: FastifyRequest, reply: FastifyReply) {
  reply.headers(file.headers)
  if (request.headers['if-none-match']?.includes(file.headers['etag']!)) return reply.code(304).send()
  const packed = file.gzip && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  if (packed) reply.header('content-encoding', 'gzip')
  const body = packed ? file.gzip! : file.body
  if (request.method === 'HEAD') return reply.header('content-length', body.length).send()
  return reply.code(200).send(body)
}

function sendProblem(reply: FastifyReply, error: unknown) {
  const { problem, headers } = problemOf(error)
  // What stays unread of the body would be taken for the next request.
  if (problem.status === 413) reply.header('connection', 'close')
  return reply.code(problem.status).headers(headers).type(problemType).send(JSON.stringify(problem))
}

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** What proxies add: with one of them the caller is not on this computer, whatever its address. */
const forwardingHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
]

const callerOf = ({ method, headers, raw }: FastifyRequest) => ({
  method,
  remoteAddress: raw.socket.remoteAddress ?? '',
  authorization: headers.authorization,
  host: headers.host,
  origin: headers.origin,
  fetchSite: headers['sec-fetch-site'] as string | undefined,
  forwarded: forwardingHeaders.some((name) => headers[name] !== undefined),
})

function listenError(error: unknown, port: number, host: string): unknown {
  const code = (error as { code?: string }).code
  if (code === 'EADDRINUSE') {
    return new InputError(`port ${port} on ${host} is taken by another program; choose one with --port`, [
      { field: 'port', message: 'a free port, or 0 for any' },
    ])
  }
  if (code === 'EACCES')
    return new InputError(`port ${port} needs rights that this user does not have; choose one above 1023`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new InputError(`this computer has no address '${host}'`)
  return error
}
