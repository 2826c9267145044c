// Every example of every help page is a promise: it stands in the page, and it runs here against a real server.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Command, Group } from '#app/cli/command.ts'
import { entries, loadGroup } from '#app/cli/entries.ts'
import { drawings, writtenByHand } from '#app/cli/groups.ts'
import { operations } from '#platform/operations.ts'
import { place, recentCsv } from './cli-setup.ts'

const groups: Group[] = await Promise.all(entries.map(({ name }) => loadGroup(name)))
const commands: Command[] = groups.flatMap((group) => [...(group.main ? [group.main] : []), ...group.commands])

/** Examples that are not run here, and why. */
const notRun: readonly (readonly [RegExp, string])[] = [
  [/millrace up/, 'runs until it is stopped; other tests start it'],
  [/--url http:\/\/localhost:8080/, 'the port is chosen freely here'],
  [/^millrace live/, 'goes on until it is stopped; its own test below'],
  [/--devices 10000|--speed|^millrace fleet$/, 'minutes of work; benchmarks and tests of fleets do it'],
  [/^millrace fleet stop plant/, 'the fleet of that name is not started here'],
  [/^millrace twin (stop )?host/, 'this computer is not measured here'],
  [/^millrace keys (create|delete)/, 'would close the server to the other examples; cli.test.ts does it'],
]

test('every operation has a command, and every command that is drawn an operation', () => {
  const drawn = Object.values(drawings).flatMap(({ main, commands = [] }) => [...(main ? [main] : []), ...commands])
  const names = (operations as readonly { name: string }[]).map(({ name }) => name)
  deepEqual([...new Set([...drawn.map(({ operation }) => operation), ...writtenByHand])].toSorted(), names.toSorted())
})

test('millrace --help lists every command, and is there at once', async () => {
  using here = place()
  await here.run(['--help'])
  const began = performance.now()
  const { stdout } = await here.run(['--help'])
  const took_ms = performance.now() - began
  for (const { name, summary } of entries) ok(stdout.includes(`${name} `) && stdout.includes(summary), name)
  // 80 ms on an idle computer; this only finds a command's modules that are loaded for a page of text.
  ok(took_ms < 1_500, `${took_ms} ms`)
  match((await here.run(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
})

test('the help of each command explains it, its flags and its examples', async () => {
  using here = place()
  for (const command of commands) {
    const { stdout, code } = await here.run([...command.words, '--help'])
    equal(code, 0)
    ok(stdout.includes(command.summary), command.words.join(' '))
    ok(command.examples.length > 0, `${command.words.join(' ')} has no example`)
    for (const { line } of command.examples) ok(stdout.includes(line), line)
    for (const flag of command.flags) ok(stdout.includes(`--${flag.name}`) && flag.summary.length > 1, flag.name)
  }
})

test('every example runs', async (t) => {
  using here = place()
  here.file('readings.csv', recentCsv())
  here.file('data.csv', recentCsv())
  here.file('values.csv', 'a\n1\n2\n4\n')
  here.file(
    'motes.csv',
    `time,mote_id,v\n${[1, 2, 1, 2].map((mote, i) => `2026-01-01T00:0${i}:00Z,${mote},${i}`).join('\n')}\n`,
  )
  await using _server = await here.up()
  equal((await here.run(['import', 'readings.csv', '-d', 'boiler'])).code, 0)
  // Imports first: what follows asks for their devices.
  const lines = [...new Set(commands.flatMap(({ examples }) => examples.map(({ line }) => line)))]
  const sorted = [...lines.filter((line) => /import/.test(line)), ...lines.filter((line) => !/import/.test(line))]
  let ran = 0
  for (const line of sorted) {
    if (notRun.some(([pattern]) => pattern.test(line))) continue
    await t.test(line, async () => {
      const { code, stderr } = await here.shell(line)
      equal(stderr, '')
      equal(code, 0)
    })
    ran++
  }
  ok(ran > 20, `${ran} of ${lines.length} examples`)
  for (const [pattern] of notRun)
    ok(
      lines.some((line) => pattern.test(line)),
      `no example is like ${pattern} any more`,
    )
})

test('live shows a reading that arrives while it listens', async () => {
  using here = place()
  here.file('x.csv', recentCsv(3))
  await using _server = await here.up()
  const seen = here.shell('millrace live | head -1')
  // Until the listener hears it, the same minute is imported for another device.
  for (let i = 0; ; i++) {
    await here.run(['import', 'x.csv', '-d', `late-${i}`])
    const done = await Promise.race([seen, new Promise<undefined>((resolve) => setTimeout(resolve, 50, undefined))])
    if (done) {
      match(done.stdout, /late-\d+ {2}temp 2\d/)
      return
    }
    ok(i < 100)
  }
})
