// The dashboard in a real Chromium before the real program: what a person sees and does, page by page.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { openStage, type Stage, whyNoChromium } from './dashboard-setup.ts'

const wait = { timeout: 20_000 }

suite('dashboard', { skip: whyNoChromium ?? false, timeout: 240_000 }, () => {
  let stage: Stage
  before(async () => {
    stage = await openStage()
  })
  after(() => stage?.[Symbol.asyncDispose]())

  /** Opens a page, lets the test use it, and holds that the browser had nothing to complain of. */
  async function at(path: string, use: (page: Page) => Promise<void>, options?: Parameters<Stage['open']>[1]) {
    const { page, complaints } = await stage.open(path, options)
    try {
      await use(page)
      assert.deepEqual(complaints, [])
    } finally {
      await page.context().close()
    }
  }
  const names = (page: Page) =>
    page.evaluate<string[]>(`[...document.querySelectorAll('.device-row')].map((row) => row.dataset.device)`)

  test('the fleet shows every device with values that change', () =>
    at('/', async (page) => {
      const host = page.locator('[data-device="host"]')
      await host.waitFor(wait)
      const text = () => page.locator('.device-body').textContent()
      const first = await text()
      await until(page, `document.querySelector('.device-body').textContent !== ${JSON.stringify(first)}`)
      assert.match((await host.textContent())!, /Live/)
      await page.locator('.device-row .sparkline path').first().waitFor(wait)
      assert.ok(
        (await page.locator('.device-row .sparkline path[stroke-dasharray]').count()) > 3,
        'synthetic is dashed',
      )
      assert.equal(await host.locator('.kind-mark path[stroke-dasharray]').count(), 0, 'real is solid')
    }))

  test('search and kind filter the rows, columns sort them', () =>
    at('/', async (page) => {
      await page.locator('[data-device="host"]').waitFor(wait)
      await page.keyboard.press('/')
      await page.keyboard.type('berlin')
      await until(page, `!document.querySelector('[data-device="host"]')`)
      assert.ok((await names(page)).every((name) => name.includes('berlin')))
      assert.match((await page.locator('.result').textContent())!, /^\d+ of \d+$/)
      await page.keyboard.press('Escape')
      await page.locator('[data-device="host"]').waitFor(wait)
      await page.getByRole('button', { name: /^Real/ }).click()
      await until(page, `document.querySelectorAll('.device-row').length === 1`)
      await page.getByRole('button', { name: /^All/ }).click()

      await page
        .getByRole('columnheader', { name: /Temperature$/ })
        .getByRole('button')
        .click()
      await page.locator('[role=columnheader][aria-sort=descending]').waitFor(wait)
      const values = await page.evaluate<[number, number][]>(
        `[...document.querySelectorAll('.device-row')].map((row) => [Number(row.getAttribute('aria-rowindex')), parseFloat(row.querySelector('.cell-value')?.textContent)])`,
      )
      const column = values
        .sort((a, b) => a[0] - b[0])
        .map(([, value]) => value)
        .filter(Number.isFinite)
      assert.ok(column.length > 5)
      for (let i = 1; i < column.length; i++) assert.ok(column[i]! <= column[i - 1]! + 1, `${column}`)
    }))

  test('keys choose and open a device, and lead back', () =>
    at('/', async (page) => {
      await page.locator('[data-device="host"]').waitFor(wait)
      for (const key of ['j', 'j', 'k']) await page.keyboard.press(key)
      assert.equal(await page.locator('.device-row[data-selected]').getAttribute('data-device'), 'host')
      await page.keyboard.press('Enter')
      await page.waitForURL('**/devices/host', wait)
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor(wait)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'hidden', ...wait })
      await page.keyboard.press('Escape')
      await page.waitForURL(`${stage.url}/`, wait)
    }))

  test('a device page draws its channels, zooms into the URL and back', () =>
    at('/devices/demo-berlin-01?range=24h', async (page) => {
      await page.locator('.channel canvas').nth(3).waitFor(wait)
      await until(page, inked())
      const plot = (await page.locator('.u-over').first().boundingBox())!
      const y = plot.y + plot.height / 2
      await page.mouse.move(plot.x + plot.width * 0.25, y)
      await page.mouse.down()
      await page.mouse.move(plot.x + plot.width * 0.5, y, { steps: 8 })
      await page.mouse.up()
      await page.waitForURL(/from=.*to=/, wait)
      const query = new URL(page.url()).searchParams
      const span_h = (Date.parse(query.get('to')!) - Date.parse(query.get('from')!)) / 3_600_000
      assert.ok(Math.abs(span_h - 6) < 0.6, `${span_h} h`)
      await until(page, inked())
      await page.mouse.move(plot.x + plot.width * 0.6, y)
      await until(page, `/\\d/.test(document.querySelector('.time-pill:not([hidden])')?.textContent ?? '')`)
      await page.mouse.dblclick(plot.x + plot.width * 0.6, y)
      await page.waitForURL(/range=24h/, wait)
      await page.getByRole('button', { name: '7 d' }).click()
      await page.waitForURL(/range=7d/, wait)
      await page.getByRole('button', { name: 'Battery' }).click()
      await page.waitForURL(/channels=temperature,humidity,pressure/, wait)
      assert.equal(await page.locator('.channel').count(), 3)
    }))

  test('the overview strip moves the shown range', () =>
    at('/devices/demo-berlin-01?range=24h', async (page) => {
      await page.locator('.overview-box path').waitFor(wait)
      const strip = (await page.locator('.overview-box').boundingBox())!
      const y = strip.y + strip.height / 2
      await page.mouse.move(strip.x + strip.width * 0.2, y)
      await page.mouse.down()
      await page.mouse.move(strip.x + strip.width * 0.4, y, { steps: 6 })
      await page.mouse.up()
      await page.waitForURL(/from=.*to=/, wait)
      const query = new URL(page.url()).searchParams
      const span_h = (Date.parse(query.get('to')!) - Date.parse(query.get('from')!)) / 3_600_000
      assert.ok(span_h > 24 && span_h < 40, `${span_h} h`)
    }))

  test('the CSV link answers what the page shows', () =>
    at('/devices/demo-berlin-01?range=6h&channels=temperature', async (page) => {
      const link = page.getByRole('link', { name: 'CSV' })
      await link.waitFor(wait)
      const answer = await fetch(stage.url + (await link.getAttribute('href')))
      assert.match(answer.headers.get('content-type') ?? '', /^text\/csv/)
      const lines = (await answer.text()).trim().split('\n')
      assert.match(lines[0]!, /device.*temperature/)
      assert.ok(lines.length > 100, `${lines.length} lines`)
    }))

  test('a device that never sent says how, and one that did is drawn', async () => {
    const { page, complaints } = await stage.open('/devices/kettle')
    await page.getByRole('heading', { name: /No device is called/ }).waitFor(wait)
    assert.match((await page.locator('.command').textContent())!, /curl -X POST .*\/api\/v1\/telemetry/s)
    assert.ok(complaints.every((text) => text.includes('404')))
    await page.context().close()
    await send('kettle', 60)
    await at('/devices/kettle', (loaded) => until(loaded, inked()))
  })

  test('a twin is made by one click and drawn dashed beside the real device', async () => {
    await send('press', 900)
    await at('/devices/press', async (page) => {
      await page.getByRole('button', { name: 'Make a twin' }).click(wait)
      await page.locator('.fidelity b').waitFor({ timeout: 60_000 })
      const fidelity = Number.parseFloat((await page.locator('.fidelity b').textContent())!)
      assert.ok(fidelity > 0 && fidelity <= 100, `${fidelity}`)
      await page
        .locator('.readout .line-mark line[stroke-dasharray]')
        .first()
        .waitFor({ state: 'attached', ...wait })
      await until(page, `[...document.querySelectorAll('.readout .second b')].every((b) => /\\d/.test(b.textContent))`)
      await page.getByLabel('Draw both on the charts').click()
      await page.waitForURL(/compare=/, wait)
      assert.equal(await page.locator('.readout .second').count(), 0)
    })
  })

  test('the twin of a device that ended long ago is drawn without a reload, once its past is written', async () => {
    await send('loom', 6_000, 400 * 86_400_000)
    await at('/devices/loom', async (page) => {
      await page.getByRole('button', { name: 'Make a twin' }).click(wait)
      await page.locator('.fidelity b').waitFor({ timeout: 60_000 })
      await until(
        page,
        `(all => all.length > 0 && all.every((b) => /\\d/.test(b.textContent)))([...document.querySelectorAll('.readout .second b')])`,
      )
    })
  })

  test('the ingest page counts what comes, and what is refused', () =>
    at('/ingest', async (page) => {
      await page.locator('.tail li').nth(2).waitFor(wait)
      await until(page, inked())
      const body = JSON.stringify([{ device: 'x', recordedAt: Date.now(), values: { a: 'warm' } }])
      await stage.ask('/telemetry', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      await until(page, `/rejected\\s*[1-9]/.test(document.querySelector('.legend-row').textContent)`)
    }))

  test('a fleet is started and stopped from the page', () =>
    at('/', async (page) => {
      await page.getByRole('button', { name: 'Fleets and twins' }).click(wait)
      const panel = page.getByRole('dialog', { name: 'Fleets and twins' })
      await panel.getByLabel('Name').fill('tiny')
      await panel.getByLabel('Devices').fill('3')
      await panel.getByRole('button', { name: 'Start fleet' }).click()
      await panel.getByRole('button', { name: 'Stop fleet tiny' }).click(wait)
      await panel.locator('li[data-state=stopped]', { hasText: 'tiny' }).waitFor(wait)
      await page.keyboard.press('Escape')
      await page.getByLabel('Search devices').fill('fleet-of-nobody')
      await page.getByText('Nothing matches').waitFor(wait)
      await page.getByRole('button', { name: 'Show all devices' }).click()
      await page.getByLabel('Search devices').fill('tiny')
      await page.locator('[data-device^="tiny"]').nth(2).waitFor(wait)
    }))

  test('dark and light are a key apart and remembered', () =>
    at('/', async (page) => {
      const theme = () => page.evaluate(`document.documentElement.dataset.theme`)
      assert.equal(await theme(), 'light')
      await page.keyboard.press('t')
      assert.equal(await theme(), 'dark')
      await page.reload()
      assert.equal(await theme(), 'dark')
      await page.getByRole('button', { name: 'Light theme' }).click(wait)
      assert.equal(await theme(), 'light')
    }))

  for (const path of ['/', '/devices/demo-berlin-01', '/devices/host', '/ingest']) {
    test(`${path} fits a phone of 390 px`, () =>
      at(
        path,
        async (page) => {
          await page.locator('main').waitFor(wait)
          await page
            .locator(path === '/' ? '.device-row' : 'canvas')
            .first()
            .waitFor(wait)
          const overflow = await page.evaluate(`document.documentElement.scrollWidth - innerWidth`)
          assert.ok(Number(overflow) <= 0, `${overflow} px too wide`)
          const small = await page.evaluate(
            `[...document.querySelectorAll('main button, main input')].filter((e) => e.offsetWidth && e.offsetHeight < 28).map((e) => e.outerHTML)`,
          )
          assert.deepEqual(small, [], 'every control is large enough for a finger')
        },
        { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
      ))
  }

  test('every control has a name', () =>
    at('/devices/host', async (page) => {
      await page.locator('.channel canvas').first().waitFor(wait)
      const unnamed = await page.evaluate(
        `[...document.querySelectorAll('button, a[href], input, select')].filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map((e) => e.outerHTML)`,
      )
      assert.deepEqual(unnamed, [])
    }))

  test('a lost server is said, and a server that wants a key is asked for one', async () => {
    const { page } = await stage.open('/')
    await page.locator('[data-device="host"]').waitFor(wait)
    await page.context().setOffline(true)
    await page.route('**/api/v1/**', (route) => route.abort())
    await page.reload().catch(() => undefined)
    await page.context().setOffline(false)
    await page.goto(stage.url)
    await page.getByText('The devices could not be loaded').waitFor(wait)
    await page.getByText(/stream is interrupted/).waitFor(wait)
    await page.unroute('**/api/v1/**')
    await page.route('**/api/v1/**', (route) => {
      const { authorization, ...headers } = route.request().headers()
      return authorization === 'Bearer mr_right' ? route.continue({ headers }) : route.fulfill(unauthorized)
    })
    await page.goto(stage.url)
    await page.getByLabel('API key').fill('mr_wrong')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByText('does not know this key').waitFor(wait)
    await page.getByLabel('API key').fill('mr_right')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.locator('[data-device="host"]').waitFor(wait)
    await page.context().close()
  })

  /** `count` readings of a small daily wave, one a second up to now, or to `ago_ms` before it. */
  async function send(device: string, count: number, ago_ms = 0): Promise<void> {
    const now = Date.now() - ago_ms
    const readings = Array.from({ length: count }, (_, i) => ({
      device,
      recordedAt: now - (count - i) * 1_000,
      values: { temperature: 20 + Math.sin(i / 40) + 0.1 * Math.sin(i * 12.9898), load: 5 + Math.cos(i / 25) },
    }))
    const answer = await stage.ask<{ accepted: number }>('/telemetry', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(readings),
    })
    assert.equal(answer.accepted, count)
  }
})

const unauthorized = { status: 401, contentType: 'application/problem+json', body: '{"title":"Unauthorized"}' }

/** Asks until the expression holds. (The page's policy forbids the browser's own way, which evaluates text.) */
async function until(page: Page, expression: string): Promise<void> {
  const end = Date.now() + wait.timeout
  while (!(await page.evaluate(expression))) {
    if (Date.now() > end) throw new Error(`did not come true: ${expression}`)
    await page.waitForTimeout(100)
  }
}

/** Whether the first chart has colour on its canvas: more than grey axes and grid. */
const inked = () => `(() => {
  const canvas = document.querySelector('.channel canvas')
  if (!canvas || !canvas.width) return false
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })
  copy.drawImage(canvas, 0, 0)
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height)
  let coloured = 0
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 100 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) coloured++
  return coloured > 150
})()`
