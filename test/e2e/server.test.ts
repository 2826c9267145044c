// The server itself: files of the dashboard, streams whose reader is slow or gone, failures on the way, closing.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { createTransport } from '#api/client/transport.ts'
import { createRestServer } from '#api/rest/server.ts'
import { InputError } from '#core/errors.ts'
import { document, type Operation, rows } from '#platform/operation.ts'
import { type Opened, openServer } from './setup.ts'

describe('files of the dashboard', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-files-'))
  mkdirSync(join(folder, 'assets'))
  const inline = 'document.documentElement.dataset.theme="dark"'
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><script>${inline}</script><script src="/assets/a-1.js"></script>`,
  )
  writeFileSync(join(folder, 'assets', 'a-1.js'), 'console.log(1);'.repeat(200))
  writeFileSync(join(folder, 'secret.key'), 'no')
  const opened = await openServer('sqlite', { dashboard: folder })
  after(async () => {
    await opened[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  test('the page is asked for each time, its assets are kept for ever', async () => {
    const page = await opened.ask('/')
    assert.equal(page.headers.get('cache-control'), 'no-cache')
    const asset = await opened.ask('/assets/a-1.js')
    assert.match(asset.headers.get('cache-control')!, /immutable/)
    assert.match(asset.headers.get('content-type')!, /^text\/javascript/)
    assert.equal(asset.headers.get('content-encoding'), 'gzip')
    assert.equal((await asset.text()).length, 3000)
    const again = await opened.ask('/', { headers: { 'if-none-match': page.headers.get('etag')! } })
    assert.equal(again.status, 304)
  })
  test('paths of the dashboard lead to its page, files that are not there to 404', async () => {
    for (const path of ['/devices/boiler', '/devices/sensor.7', '/ingest', '/?range=1h']) {
      assert.match(await (await opened.ask(path)).text(), /<!doctype html>/, path)
    }
    for (const path of [
      '/assets/gone.js',
      '/favicon.ico',
      '/secret.key',
      '/..%2f..%2fpackage.json',
      '/assets/../secret.key',
    ]) {
      assert.equal((await opened.ask(path)).status, 404, path)
    }
    assert.equal((await opened.ask('/', { method: 'HEAD' })).status, 200)
    assert.equal((await opened.ask('/ingest', { method: 'POST' })).status, 405)
  })
  test('every answer is guarded, and of inline code only the page’s own runs', async () => {
    const { createHash } = await import('node:crypto')
    const policy = (await opened.ask('/')).headers.get('content-security-policy')!
    assert.ok(policy.includes(`'sha256-${createHash('sha256').update(inline).digest('base64')}'`))
    assert.ok(!/script-src[^;]*unsafe/.test(policy))
    for (const path of ['/', '/api/v1/overview', '/api/v1/nothing', '/health', '/assets/a-1.js']) {
      const { headers } = await opened.ask(path)
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
      assert.match(headers.get('content-security-policy')!, /frame-ancestors 'none'/, path)
      assert.equal(headers.get('access-control-allow-origin'), null, path)
    }
  })
})

describe('streams and failures', async () => {
  let pulled = 0
  let ended = 0
  const page = Array.from({ length: 1_000 }, (_, i) => ({ i, text: 'x'.repeat(100) }))
  const common = { summary: 'For tests.', scope: 'read', input: z.strictObject({}), output: z.any() } as const
  const operations = [
    rows({
      ...common,
      name: 'test.endless',
      http: { method: 'GET', path: '/endless' },
      async run() {
        async function* pages() {
          try {
            for (;;) {
              pulled++
              yield page
              await new Promise((resolve) => setImmediate(resolve))
            }
          } finally {
            ended++
          }
        }
        return { rows: pages() }
      },
    }),
    rows({
      ...common,
      name: 'test.breaks',
      http: { method: 'GET', path: '/breaks' },
      async run() {
        async function* pages() {
          for (let i = 0; i < 5; i++) yield page
          throw new Error('secret of the house')
        }
        return { rows: pages() }
      },
    }),
    rows({
      ...common,
      name: 'test.early',
      http: { method: 'GET', path: '/early' },
      async run() {
        // biome-ignore lint/correctness/useYield: it fails before its first page
        async function* pages(): AsyncGenerator<typeof page> {
          throw new InputError('too early')
        }
        return { rows: pages() }
      },
    }),
    document({
      ...common,
      name: 'test.bug',
      http: { method: 'GET', path: '/bug' },
      async run() {
        throw new TypeError('secret of the house')
      },
    }),
    document({
      ...common,
      name: 'test.slow',
      http: { method: 'GET', path: '/slow' },
      async run() {
        await wait(300)
        return { done: true }
      },
    }),
  ] as unknown as Operation[]
  const opened: Opened = await openServer()
  const errors: unknown[] = []
  const server = createRestServer({ platform: opened.platform, operations, onError: (error) => errors.push(error) })
  const { url } = await server.listen({ port: 0, host: '127.0.0.1' })
  after(async () => {
    await server.close()
    await opened[Symbol.asyncDispose]()
  })
  const ask = (path: string) => fetch(`${url}/api/v1${path}`)

  test('a reader that stops reading stops the query; one that leaves ends it', async () => {
    const response = await ask('/endless?format=ndjson')
    const reader = response.body!.getReader()
    await reader.read()
    await wait(300)
    const after300 = pulled
    await wait(300)
    assert.ok(pulled - after300 <= 2, `went on to ${pulled} pages for nobody`)
    assert.ok(pulled < 200, `${pulled} pages of 120 kB were made before the first was read`)
    await reader.cancel()
    for (let i = 0; i < 100 && ended === 0; i++) await wait(10)
    assert.equal(ended, 1)
  })
  test('what fails on the way breaks the connection: a cut answer never looks complete', async () => {
    const response = await ask('/breaks?format=ndjson')
    assert.equal(response.status, 200)
    await assert.rejects(response.text())
    const transport = createTransport({ url })
    const route = { method: 'GET', path: '/breaks', result: 'rows' } as const
    await assert.rejects(Array.fromAsync(transport.rows(route, {})), { name: 'UnavailableError' })
  })
  test('what fails before the first row is a problem document', async () => {
    const response = await ask('/early')
    assert.equal(response.status, 400)
    assert.equal(((await response.json()) as { detail: string }).detail, 'too early')
  })
  test('an unexpected error tells its caller nothing, and the log everything', async () => {
    const response = await ask('/bug')
    assert.equal(response.status, 500)
    assert.doesNotMatch(await response.text(), /secret|TypeError|\.ts/)
    assert.ok(errors.some((error) => (error as Error).message === 'secret of the house'))
  })
  test('closing lets a request finish', async () => {
    const late = createRestServer({ platform: opened.platform, operations })
    const { url: other } = await late.listen({ port: 0, host: '127.0.0.1' })
    const answer = fetch(`${other}/api/v1/slow`)
    await wait(100)
    await late.close()
    assert.deepEqual(await (await answer).json(), { done: true })
    await assert.rejects(fetch(`${other}/health`))
  })
  test('a port that is taken is said in words', async () => {
    const second = createRestServer({ platform: opened.platform, operations })
    await assert.rejects(
      second.listen({ port: Number(new URL(url).port), host: '127.0.0.1' }),
      /is taken by another program/,
    )
    await second.close()
  })
  test('until everything is started, /startup and /ready say so', async () => {
    let started = false
    const early = createRestServer({ platform: opened.platform, operations, started: () => started })
    const { url: other } = await early.listen({ port: 0, host: '127.0.0.1' })
    assert.deepEqual(
      [
        (await fetch(`${other}/health`)).status,
        (await fetch(`${other}/startup`)).status,
        (await fetch(`${other}/ready`)).status,
      ],
      [200, 503, 503],
    )
    started = true
    assert.deepEqual([(await fetch(`${other}/startup`)).status, (await fetch(`${other}/ready`)).status], [200, 200])
    await early.close()
  })
})
