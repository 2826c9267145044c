// How long from `npm start` to live charts in a browser: the first time (dashboard built, a week of history made) and
// after that. Runs in this checkout with a data folder of its own and ends what it started.
//
//   node bench/start.ts [--runs 3]
//
// 'charts' is the moment at which a real Chromium shows a drawn line; 'live' is when a figure on the page has changed.

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '3' } } })
const flags = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-sync'
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags.split(' ') })
const rows: { start: string; listening_s: number; charts_s: number; live_s: number }[] = []
for (let run = 0; run < Number(values.runs); run++) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-start-'))
  rmSync('dashboard/dist', { recursive: true, force: true })
  rows.push({ start: 'first', ...(await measure(browser, folder)) })
  rows.push({ start: 'again', ...(await measure(browser, folder)) })
  rmSync(folder, { recursive: true, force: true })
}
await browser.close()
console.table(rows)
for (const start of ['first', 'again']) {
  const of = rows.filter((row) => row.start === start)
  console.log(
    `${start}: listening ${median(of.map((r) => r.listening_s))} s, charts ${median(of.map((r) => r.charts_s))} s, ` +
      `live ${median(of.map((r) => r.live_s))} s (medians of ${of.length})`,
  )
}

async function measure(browser: Browser, folder: string) {
  const port = await freePort()
  const since = performance.now()
  const seconds = () => Math.round((performance.now() - since) / 10) / 100
  const child = spawn('npm', ['start', '--', '--port', String(port), '--data', folder], {
    stdio: 'ignore',
    detached: true,
  })
  const url = `http://127.0.0.1:${port}`
  try {
    await until(async () => (await fetch(`${url}/health`)).ok)
    const listening_s = seconds()
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(url)
    await page.waitForSelector('[role=row] svg path[d*="L"], [role=row] canvas, [role=row] svg polyline', {
      timeout: 30_000,
    })
    const charts_s = seconds()
    const before = await page.locator('main').textContent()
    await until(async () => (await page.locator('main').textContent()) !== before)
    const live_s = seconds()
    await page.close()
    return { listening_s, charts_s, live_s }
  } finally {
    // The group of our own child: npm and the server that it started.
    process.kill(-child.pid!, 'SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
  }
}

/** Asks every 20 ms until it is true, at most for 30 s. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end; ) {
    if (await condition().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('it did not come within 30 s')
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
