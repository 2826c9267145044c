// Runs the real program as a child process in a folder of its own, for tests of the command line.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const main = resolve(import.meta.dirname, '../../src/app/main.ts')

export type Result = { readonly code: number | null; readonly stdout: string; readonly stderr: string }
export type RunOptions = { readonly env?: Record<string, string>; readonly shell?: string }

export type Place = Disposable & {
  readonly folder: string
  /** A file in the folder. */
  file(name: string, content: string): string
  /** `millrace <words>` in the folder, whose data folder is ./millrace-data. */
  run(words: readonly string[], options?: RunOptions): Promise<Result>
  /** A line of a shell in which `millrace` is the program. */
  shell(line: string): Promise<Result>
  /** `millrace up` on a free port, until it is stopped. */
  up(words?: readonly string[]): Promise<Server>
}

export type Server = AsyncDisposable & {
  readonly url: string
  readonly child: ChildProcess
  readonly stderr: () => string
}

/** What a test must not inherit: the developer's own settings. */
const clean = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(MILLRACE_|DATABASE_URL|FORCE_COLOR|NODE_OPTIONS|NODE_TEST_CONTEXT|npm_)/.test(name),
    ),
  )

export function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
  const start = (command: string, words: readonly string[], env: Record<string, string> = {}) =>
    spawn(command, words, { cwd: folder, env: { ...clean(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const program = (words: readonly string[], env?: Record<string, string>) =>
    start(process.execPath, [main, ...words], env)
  return {
    folder,
    file(name, content) {
      writeFileSync(join(folder, name), content)
      return name
    },
    run: (words, { env } = {}) => finished(program(words, env)),
    shell: (line) => finished(start('bash', ['-c', `millrace() { '${process.execPath}' '${main}' "$@"; }\n${line}`])),
    async up(words = []) {
      const child = program(['up', '--port', '0', '--log', 'json', '--demo', '0', '--no-measure-host', ...words])
      let stderr = ''
      const url = await new Promise<string>((found, fail) => {
        child.stderr!.on('data', (data) => {
          stderr += data
          const match = /"url":"([^"]+)"/.exec(stderr)
          if (match && stderr.includes('"started"')) found(match[1]!)
        })
        child.once('exit', () => fail(new Error(`millrace up ended: ${stderr}`)))
      })
      return {
        url,
        child,
        stderr: () => stderr,
        async [Symbol.asyncDispose]() {
          if (child.exitCode !== null || child.signalCode !== null) return
          const exit = once(child, 'exit')
          child.kill('SIGTERM')
          await exit
        },
      }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function finished(child: ChildProcess): Promise<Result> {
  let [stdout, stderr] = ['', '']
  child.stdout!.setEncoding('utf8').on('data', (data) => (stdout += data))
  child.stderr!.setEncoding('utf8').on('data', (data) => (stderr += data))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** Readings of the last hour, once per minute, as CSV with a header. */
export function recentCsv(rows = 60): string {
  const now = Date.now()
  const lines = Array.from(
    { length: rows },
    (_, i) => `${new Date(now - (rows - i) * 60_000).toISOString()},${20 + Math.sin(i / 5)},${i % 7}`,
  )
  return `time,temp (C),count\n${lines.join('\n')}\n`
}
