// The command line as a person meets it: the real program, real files, real exit codes.

import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { place, recentCsv } from './cli-setup.ts'

test('generate: the same command gives the same bytes, another seed others', async () => {
  using here = place()
  const words = ['generate', '--channels', 'temperature,humidity', '--step', '1m', '--length', '5000']
  for (const name of ['a.csv', 'b.csv']) equal((await here.run([...words, '--seed', '7', '-o', name])).code, 0)
  equal((await here.run([...words, '--seed', '8', '-o', 'c.csv'])).code, 0)
  const [a, b, c] = ['a.csv', 'b.csv', 'c.csv'].map((name) => readFileSync(join(here.folder, name), 'utf8'))
  equal(a, b)
  ok(a !== c)
  equal(a!.trimEnd().split('\n').length, 5001)
  const ndjson = await here.run([...words, '--seed', '7', '--format', 'ndjson'])
  equal(JSON.parse(ndjson.stdout.split('\n')[0]!).time, Date.UTC(2026, 0, 1))
  ok(!existsSync(join(here.folder, 'millrace-data')), 'nothing is stored')
})

test('import twice: accepted, then all duplicates; rows of one time that differ are both kept', async () => {
  using here = place()
  here.file(
    'x.csv',
    'time,v\n2026-01-01T00:00:00Z,1\n2026-01-01T00:00:00Z,2\n2026-01-01T00:00:00Z,2\n2025-12-31T00:00:00Z,3\nnever,4\n',
  )
  const report = async () => JSON.parse((await here.run(['import', 'x.csv', '--device', 'd', '--json'])).stdout)
  const first = await report()
  deepEqual([first.accepted, first.duplicate, first.rejected, first.skippedCount], [3, 1, 0, 1])
  equal(first.skipped[0].line, 6)
  const second = await report()
  deepEqual([second.accepted, second.duplicate, second.rejected], [0, 4, 0])
  const rows = (await here.run(['query', 'd', '--from', '2025-01-01', '--json'])).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).values.v)
  deepEqual(rows.toSorted(), [1, 2, 3])
})

test('what is exported from one folder and imported into another is the same', async () => {
  using here = place()
  using there = place()
  here.file('x.csv', recentCsv())
  equal((await here.run(['import', 'x.csv', '-d', 'boiler'])).code, 0)
  for (const format of ['csv', 'ndjson']) {
    const out = join(there.folder, `y.${format}`)
    equal((await here.run(['export', 'boiler', '--format', format, '-o', out])).code, 0)
    const back = await there.run(['import', out, '--device-column', 'device', '--json'])
    equal(back.code, 0, back.stderr)
    const { accepted, duplicate, channels } = JSON.parse(back.stdout)
    deepEqual([accepted, duplicate], format === 'csv' ? [60, 0] : [0, 60])
    deepEqual(channels.map((c: { name: string }) => c.name).toSorted(), ['count', 'temp'])
  }
  const query = ['query', 'boiler', '--from', '-2h', '--json']
  const values = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ recordedAt, values }) => ({ recordedAt, values }))
  deepEqual(values((await there.run(query)).stdout), values((await here.run(query)).stdout))
})

test('a failed export leaves no file, and the old one stays', async () => {
  using here = place()
  here.file('old.csv', 'precious')
  const result = await here.run(['export', 'nobody', '-o', 'old.csv'])
  equal(result.code, 3)
  equal(readFileSync(join(here.folder, 'old.csv'), 'utf8'), 'precious')
})

test('errors: one line, the way out, and an exit code; never a stack trace', async () => {
  using here = place()
  here.file('x.csv', 'a,b\n1,2\n3,4\n')
  here.file('bad.json', '{"port": 70000, "prot": 1}')
  const cases: [words: string[], code: number, message: RegExp, env?: Record<string, string>][] = [
    [['improt', 'x.csv'], 2, /no command 'improt'; did you mean 'millrace import'/],
    [['keys', 'crate'], 2, /no 'millrace keys crate'; did you mean 'create'/],
    [['query', 'd', '--form', '-1h'], 2, /no flag --form; did you mean --f(rom|ormat)/],
    [['query', 'd', '--order', 'up'], 2, /--order is 'up', but must be ascending or descending/],
    [['query', 'd', '--limit', 'many'], 2, /--limit/],
    [['query', 'd'], 3, /no data in .*millrace up/],
    [['devices', 'get'], 2, /needs DEVICE, as in: millrace devices get/],
    [['import'], 2, /needs FILE/],
    [['import', 'nope.csv', '-d', 'x'], 3, /no file nope\.csv/],
    [['import', 'x.csv', '-d', 'x'], 2, /no column of times among a, b.*--start and --step/],
    [['import', 'x.csv', '-d', 'x', '--time-column', 'c'], 2, /no column 'c'; it has a, b/],
    [['import', 'x.csv', '--start', '2026-01-01', '--step', '1m'], 2, /--device x/],
    [['import', 'x.csv', '-d', 'x', '--start', '2026-01-01', '--step', 'soon'], 2, /--step is 'soon'.*10s/],
    [['devices', '--url', 'http://127.0.0.1:9'], 4, /does not answer/],
    [['devices', '--url', 'nonsense'], 2, /--url is 'nonsense'/],
    [['health'], 4, /no server runs/],
    [['generate', '--channels', 'nonsense'], 2, /no preset 'nonsense'/],
    [['generate', '--step', 'x'], 2, /step: 'x' is not a duration/],
    [['completion', 'tcsh'], 2, /bash, zsh and fish/],
    [['config', '--port', 'eighty'], 2, /--port: port is "eighty"/],
    [['config', '--config', 'bad.json'], 2, /bad\.json: there is no setting 'prot'; did you mean 'port'/],
    [['config', '--config', 'none.json'], 2, /none\.json cannot be read/],
    [['config'], 2, /MILLRACE_PRT is not a setting; did you mean MILLRACE_PORT/, { MILLRACE_PRT: '1' }],
    [['up', '--host', '0.0.0.0', '--port', '0'], 2, /without an API key.*keys create/],
    [['config', '--port', 'x'], 2, /at .*config\.ts/, { MILLRACE_DEBUG: '1' }],
  ]
  for (const [words, code, message, env] of cases) {
    const result = await here.run(words, env ? { env } : {})
    match(result.stderr, message, words.join(' '))
    equal(result.code, code, `${words.join(' ')}: ${result.stderr}`)
    if (!env?.['MILLRACE_DEBUG']) doesNotMatch(result.stderr, /\n\s+at .*\.ts/, words.join(' '))
    match(result.stderr, /^error: /)
    equal(result.stdout, '')
  }
})

test('config: each value with where it came from, secrets masked', async () => {
  using here = place()
  here.file('millrace.config.json', '{"port": 1111, "data": "from-file", "demo": 3}')
  const env = {
    MILLRACE_PORT: '2222',
    MILLRACE_DATA: 'from-environment',
    DATABASE_URL: 'postgres://me:secret@db.example/plant',
  }
  const { stdout, code } = await here.run(['config', '--port', '3333', '--no-measure-host', '--json'], { env })
  equal(code, 0)
  const { settings, file } = JSON.parse(stdout)
  equal(file, 'millrace.config.json')
  deepEqual(settings.port, { value: 3333, origin: '--port' })
  deepEqual(settings.data, { value: 'from-environment', origin: 'MILLRACE_DATA' })
  deepEqual(settings.demo, { value: 3, origin: 'millrace.config.json' })
  deepEqual(settings.host, { value: '127.0.0.1', origin: 'default' })
  deepEqual(settings.measureHost, { value: false, origin: '--no-measure-host' })
  equal(settings.database.value, 'postgres://me:***@db.example/plant')
  doesNotMatch((await here.run(['config'], { env })).stdout, /secret/)
})

test('completion scripts are accepted by their shells', async (t) => {
  using here = place()
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, code } = await here.run(['completion', shell])
    equal(code, 0)
    for (const word of ['import', 'devices', 'dry-run', 'unknown-devices']) match(stdout, new RegExp(word))
    here.file(`c.${shell}`, stdout)
    const found = await here.shell(`command -v ${shell}`)
    await t.test(`${shell} parses it`, { skip: found.code === 0 ? false : `${shell} is not installed` }, async () => {
      const parsed = await here.shell(`${shell} -n c.${shell}`)
      deepEqual([parsed.code, parsed.stderr], [0, ''])
    })
  }
  const typed = await here.shell(
    "source c.bash; COMP_WORDS=(millrace im); COMP_CWORD=1; _millrace; echo $COMPREPLY; COMP_WORDS=(millrace query --order ''); COMP_CWORD=3; _millrace; echo $COMPREPLY; COMP_WORDS=(millrace keys create --sc); COMP_CWORD=3; _millrace; echo $COMPREPLY",
  )
  equal(typed.stdout, 'import\nascending\n--scopes\n')
})

test('output that nobody reads any more is no failure', async () => {
  using here = place()
  const { stdout, stderr } = await here.shell('millrace generate --length 200000 | head -1; echo $PIPESTATUS')
  equal(stdout, 'time,temperature,humidity,anomaly\r\n0\n')
  equal(stderr, '')
})

test('a server: commands go through it, keys close it, a second one is refused, and it ends cleanly', async () => {
  using here = place()
  here.file('x.csv', recentCsv())
  await using server = await here.up()
  equal((await here.run(['import', 'x.csv', '-d', 'boiler'])).code, 0)
  match((await here.run(['devices'])).stdout, /boiler\s+sensor/)
  match((await here.run(['health'])).stdout, /ready +ready/)
  equal((await here.run(['export', 'boiler', '-o', 'served.csv'])).code, 0)
  const served = await here.run(['import', 'served.csv', '-d', 'copy', '--json'])
  equal(served.code, 0, served.stderr)
  deepEqual(JSON.parse(served.stdout).accepted, 60)
  const second = await here.run(['up', '--port', '0'])
  equal(second.code, 4)
  ok(second.stderr.includes(String(server.child.pid)) && second.stderr.includes(server.url), second.stderr)

  const { key } = JSON.parse((await here.run(['keys', 'create', '--name', 'first', '--json'])).stdout)
  match(key, /^mr_/)
  const without = await here.run(['devices'])
  equal(without.code, 2)
  match(without.stderr, /API key/)
  equal((await here.run(['devices'], { env: { MILLRACE_KEY: key } })).code, 0)
  equal((await here.run(['devices', '--key', key])).code, 0)

  const exit = once(server.child, 'exit')
  const began = Date.now()
  server.child.kill('SIGINT')
  deepEqual(await exit, [0, null])
  ok(Date.now() - began < 5_000)
  match(server.stderr(), /"message":"stopped"/)
  for (const line of server.stderr().trim().split('\n')) ok(JSON.parse(line).level)
  // The folder is free again: the same command works on it directly.
  match((await here.run(['devices'])).stdout, /boiler/)
})

test('a port that is taken is named, with the flag that chooses another', async () => {
  using here = place()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const result = await here.run(['up', '--port', String(port)])
  other.close()
  equal(result.code, 2)
  match(result.stderr, new RegExp(`port ${port}.*--port`))
})

test('what must go on streaming needs the server, and says so', async () => {
  using here = place()
  here.file('x.csv', recentCsv())
  equal((await here.run(['import', 'x.csv', '-d', 'boiler'])).code, 0)
  for (const words of [['twin', 'boiler'], ['fleet']]) {
    const result = await here.run(words)
    equal(result.code, 4)
    match(result.stderr, /needs the server: start it with 'millrace up'/)
  }
})

test('an interrupt ends long work with 130, quietly, and leaves no half file', async () => {
  using here = place()
  const result = await here.shell(
    'millrace generate --length 50000000 -o big.csv & sleep 1; pkill -INT -P $!; wait $!; echo $?; ls',
  )
  deepEqual(result, { code: 0, stdout: '130\n', stderr: '' })
})
