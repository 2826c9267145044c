// kill -9 at random moments of ingestion, 20 times on each database: whatever was acknowledged is stored exactly once,
// and sending the rest again brings every reading in exactly once.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createClient } from '#api/client/client.ts'
import { UnavailableError } from '#core/errors.ts'
import { createRng } from '#core/rng.ts'
import { scratchDatabase, whyNoPostgres } from '#databases/postgres/testing.ts'

const rounds = 20
const senders = 4
const server = new URL('server.ts', import.meta.url).pathname

test(`SQLite: nothing acknowledged is lost by kill -9, ${rounds} times`, { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-kill-'))
  try {
    await killAgainAndAgain('sqlite', folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

const skip = await whyNoPostgres()
test(`PostgreSQL: nothing acknowledged is lost by kill -9, ${rounds} times`, { skip, timeout: 180_000 }, async () => {
  await using scratch = await scratchDatabase()
  await killAgainAndAgain('postgres', scratch.url)
})

type Event = { id: string; device: string; recordedAt: number; values: { t: number } }
type Sent = { events: Event[]; acknowledged: boolean }

async function killAgainAndAgain(backend: string, place: string) {
  const rng = createRng(`kill ${backend}`)
  let running = await start(backend, place)
  let withLoss = 0
  try {
    for (let round = 0; round < rounds; round++) {
      const device = `round-${round}`
      const sent: Sent[] = []
      const sending = Array.from({ length: senders }, (_, sender) => sendUntilDeath(running.url, device, sender, sent))
      await wait(40 + rng.uniform() * 260)
      running.child.kill('SIGKILL')
      await Promise.all([...sending, running.ended])

      running = await start(backend, place)
      const client = createClient({ url: running.url })
      const acknowledged = sent.filter((batch) => batch.acknowledged).flatMap(({ events }) => events)
      const unanswered = sent.filter((batch) => !batch.acknowledged)
      if (unanswered.length > 0) withLoss++

      const before = await storedIds(running.url, device)
      assert.equal(new Set(before).size, before.length, `round ${round}: a reading is stored twice`)
      const present = new Set(before)
      for (const { id } of acknowledged) assert.ok(present.has(id), `round ${round}: acknowledged ${id} is lost`)

      for (const { events } of unanswered) {
        const answer = await client.telemetry.send({ events })
        assert.equal(answer.rejected, 0, `round ${round}: ${JSON.stringify(answer.events.find((e) => e.reason))}`)
        assert.equal(answer.accepted + answer.duplicate, events.length)
      }
      const after = (await storedIds(running.url, device)).toSorted()
      const all = sent.flatMap(({ events }) => events.map(({ id }) => id)).toSorted()
      assert.deepEqual(after, all, `round ${round}: not every reading is there exactly once`)
    }
  } finally {
    running.child.kill('SIGKILL')
    await running.ended
  }
  // Else the process was never killed in the middle of anything, and the test showed nothing.
  assert.ok(withLoss >= rounds / 2, `only ${withLoss} of ${rounds} kills met a request under way`)
}

async function sendUntilDeath(url: string, device: string, sender: number, sent: Sent[]) {
  const client = createClient({ url })
  for (let batch = 0; ; batch++) {
    const events = Array.from({ length: 40 }, (_, i) => ({
      id: randomUUID(),
      device,
      recordedAt: 1_750_000_000_000 + sender * 1e9 + batch * 1000 + i,
      values: { t: i },
    }))
    const entry = { events, acknowledged: false }
    sent.push(entry)
    try {
      const answer = await client.telemetry.send({ events })
      assert.equal(answer.accepted, events.length)
      entry.acknowledged = true
    } catch (error) {
      if (error instanceof UnavailableError || error instanceof TypeError) return
      throw error
    }
  }
}

async function storedIds(url: string, device: string): Promise<string[]> {
  const response = await fetch(`${url}/api/v1/query/readings?devices=${device}&from=0&format=ndjson`)
  // Killed before its first commit: then nobody knows the device.
  if (response.status === 404) return []
  assert.equal(response.status, 200)
  const text = await response.text()
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as Event).id)
}

async function start(
  backend: string,
  place: string,
): Promise<{ child: ChildProcess; url: string; ended: Promise<unknown> }> {
  const child = spawn(process.execPath, [server, backend, place], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  for await (const url of createInterface({ input: child.stdout! })) return { child, url, ended }
  throw new Error('the server ended before it listened')
}
