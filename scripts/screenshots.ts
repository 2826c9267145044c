// Pictures of the dashboard for the guide, from a running server:
//
//   node scripts/screenshots.ts --url http://127.0.0.1:8080 --device host --range 15m
//
// Writes docs/guide/images/{fleet,device,device-dark,ingest,phone}.png. Needs Chromium (CHROMIUM names another path).

import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type BrowserContextOptions, chromium } from 'playwright-core'

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    device: { type: 'string', default: 'host' },
    range: { type: 'string', default: '15m' },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'docs', 'guide', 'images') },
  },
})

const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }
const device = `/devices/${encodeURIComponent(values.device)}?range=${values.range}`
/** Where the crosshair stands on the charts, as a share of their width. */
const crosshair = 0.62

const shots: readonly { name: string; path: string; options: BrowserContextOptions; hover?: boolean }[] = [
  { name: 'fleet', path: '/', options: desktop },
  { name: 'device', path: device, options: desktop, hover: true },
  { name: 'device-dark', path: device, options: { ...desktop, colorScheme: 'dark' }, hover: true },
  { name: 'ingest', path: '/ingest', options: desktop },
  {
    name: 'phone',
    path: '/',
    options: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  },
]

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
})
mkdirSync(values.out, { recursive: true })
try {
  for (const { name, path, options, hover } of shots) {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    await page.goto(values.url + path)
    await page.locator('canvas, .device-row').first().waitFor()
    await page.waitForTimeout(5_000)
    if (hover) {
      const plot = (await page.locator('.u-over').first().boundingBox())!
      await page.mouse.move(plot.x + plot.width * crosshair, plot.y + plot.height / 2)
      await page.waitForTimeout(400)
    }
    const file = join(values.out, `${name}.png`)
    await page.screenshot({ path: file })
    console.log(`${file} ${Math.round(statSync(file).size / 1024)} KB`)
    await context.close()
  }
} finally {
  await browser.close()
}
