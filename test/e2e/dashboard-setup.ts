// A whole program as a user starts it (`up` on a free port, an empty data folder) and a real Chromium in front of it.
// What the browser complains of (errors, refused content) is kept: a test that ends with a complaint has found something.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const root = join(import.meta.dirname, '..', '..')
const chromiumPath = process.env['MILLRACE_TEST_CHROMIUM'] ?? '/usr/bin/chromium'

export const whyNoChromium: string | undefined = existsSync(chromiumPath)
  ? undefined
  : `no Chromium at ${chromiumPath} (MILLRACE_TEST_CHROMIUM names another)`

export type Stage = AsyncDisposable & {
  readonly url: string
  readonly browser: Browser
  /** A page at `path`, and what it complained of so far. */
  open(path: string, options?: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }>
  /** JSON of an operation, past the browser. */
  ask<T>(path: string, init?: RequestInit): Promise<T>
}

export async function openStage(): Promise<Stage> {
  await using made = new AsyncDisposableStack()
  build()
  const data = mkdtempSync(join(tmpdir(), 'millrace-dashboard-'))
  made.defer(() => rmSync(data, { recursive: true, force: true }))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = spawn(process.execPath, ['src/app/main.ts', 'up', '--port', String(port), '--data', data], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  made.defer(() => ended(server))
  await untilReady(url, server)
  const browser = await openBrowser()
  made.defer(() => browser.close())
  const stack = made.move()
  return {
    url,
    browser,
    open: (path, options) => openPage(browser, url + path, options),
    ask: async <T>(path: string, init?: RequestInit) => (await fetch(`${url}/api/v1${path}`, init)).json() as T,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light', ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (e) => console.error('refused by policy: ' + e.violatedDirective + ' ' + e.blockedURI))`,
  )
  await page.goto(url)
  return { page, complaints }
}

function build(): void {
  const built = spawnSync(process.execPath, ['scripts/build-dashboard.ts'], { cwd: root, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`the dashboard could not be built: ${built.stderr}`)
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  let said = ''
  for (const stream of [server.stdout!, server.stderr!]) {
    stream.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-4_000)
    })
  }
  const until = Date.now() + 60_000
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}: ${said}`)
    const answer = await fetch(`${url}/ready`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the server was not ready within 60 s: ${said}`)
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return
  const exit = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  server.kill('SIGTERM')
  const timer = setTimeout(() => server.kill('SIGKILL'), 15_000)
  await exit
  clearTimeout(timer)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
