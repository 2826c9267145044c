// `npm test`: runs every test that this machine can run, names what was skipped and why, and ends with one line.
//
//   npm test                       everything
//   npm test -- ingest sqlite      files whose path contains one of the words
//   MILLRACE_FORBID_SKIPS=1        a skip is a failure (CI, where every server is there)
//
// Servers are found by MILLRACE_TEST_POSTGRES, or where `scripts/services start` left them.

import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { relative, resolve } from 'node:path'
import { run } from 'node:test'

const words = process.argv.slice(2)
const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts', 'dashboard/src/**/*.test.ts', 'examples/**/*.test.ts'])
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .sort()

if (files.length === 0) {
  console.error(`no test file has ${words.map((word) => `'${word}'`).join(' or ')} in its path`)
  process.exit(2)
}

findServers()
const counts = { passed: 0, failed: 0, skipped: 0 }
const skips = new Map<string, number>()
const failures: string[] = []
/** The end of what each file wrote to stderr: why it could not be run. */
const complaints = new Map<string, string>()

const stream = run({ files, concurrency: Math.max(1, availableParallelism()), timeout: 600_000 })
stream.on('test:pass', (event) => {
  if (event.details.type === 'suite' || isFile(event.name)) return
  if (event.skip === undefined && event.todo === undefined) {
    counts.passed++
    return
  }
  counts.skipped++
  const reason = String(event.skip ?? event.todo)
  skips.set(reason, (skips.get(reason) ?? 0) + 1)
})
stream.on('test:fail', (event) => {
  // A file fails for its tests, which are told of themselves, or because it could not be run at all.
  const error = event.details.error as Error & { failureType?: string }
  const cause = error.cause as Error | string | undefined
  if (event.details.type === 'suite' && error.failureType === 'subtestsFailed') return
  if (isFile(event.name) && error.failureType === 'subtestsFailed') return
  counts.failed++
  const said = isFile(event.name) ? (complaints.get(resolve(event.file ?? '')) ?? '') : ''
  const text = `${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause ?? error.message)}\n${said}`
  failures.push(
    `${event.name}\n  ${event.file ? `${relative('.', event.file)}:${event.line ?? 1}` : ''}\n${indent(text)}`,
  )
  console.log(`FAIL ${event.name}`)
})
stream.on('test:stderr', (event) => {
  const file = resolve(event.file ?? '')
  complaints.set(file, ((complaints.get(file) ?? '') + event.message).slice(-4000))
})
stream.on(
  'test:complete',
  (event) => isFile(event.name) && console.log(`${event.name} ${Math.round(event.details.duration_ms)} ms`),
)
stream.on('end', report)
stream.resume()

function report(): void {
  for (const failure of failures) console.log(`\nFAILED ${failure}`)
  if (skips.size > 0) {
    console.log('\nSkipped:')
    for (const [reason, count] of skips) console.log(`  ${count} x ${reason}`)
  }
  const forbidden = process.env['MILLRACE_FORBID_SKIPS'] === '1' && counts.skipped > 0
  if (forbidden) console.log('\nSkipping is forbidden here (MILLRACE_FORBID_SKIPS=1).')
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  process.exit(counts.failed > 0 || forbidden || counts.passed === 0 ? 1 : 0)
}

function findServers(): void {
  if (process.env['MILLRACE_TEST_POSTGRES'] || !existsSync('scripts/services')) return
  const { stdout, status } = spawnSync('bash', ['scripts/services', 'env'], { encoding: 'utf8' })
  if (status !== 0) return
  for (const [, name, value] of stdout.matchAll(/^export (MILLRACE_TEST_\w+)='?([^'\n]*)'?$/gm))
    process.env[name!] ??= value
}

function isFile(name: string): boolean {
  return name.endsWith('.test.ts')
}

function indent(text: string): string {
  return text
    .split('\n')
    .slice(0, 40)
    .map((line) => `  ${line}`)
    .join('\n')
}
