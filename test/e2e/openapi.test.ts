// The documents about the API are true: the OpenAPI document is well formed, every example works on a real server and
// its answer fits the schema, and the client's table of routes is fresh.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { routesText } from '#api/client/routes.write.ts'
import { exampleRequest } from './requests.ts'
import { backends, type Opened, openServer, operations } from './setup.ts'

type Json = Record<string, unknown>

describe('OpenAPI', async () => {
  const opened = await openServer()
  after(() => opened[Symbol.asyncDispose]())
  const document = (await (await opened.ask('/openapi.json')).json()) as Json & {
    paths: Record<
      string,
      Record<string, Json & { operationId: string; parameters?: Json[]; requestBody?: Json; responses: Json }>
    >
  }

  test('is 3.1 and has what every document must have', () => {
    assert.match(document['openapi'] as string, /^3\.1\.\d+$/)
    const info = document['info'] as Json
    assert.ok(info['title'] && info['version'])
    for (const path of Object.keys(document.paths)) assert.match(path, /^\/[\w/{}]+$/)
  })
  test('has every operation once, under its method and path', () => {
    const found = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
    )
    assert.deepEqual(
      found.toSorted(),
      operations.map(({ name, http }) => `${name} ${http.method} ${http.path}`).toSorted(),
    )
  })
  test('every reference leads somewhere', () => {
    for (const reference of referencesOf(document)) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Json | undefined)?.[key], document)
      assert.ok(found, reference)
    }
  })
  test('parameters stand where the path says, and no name is given twice', () => {
    for (const [path, item] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
      for (const operation of Object.values(item)) {
        const parameters = (operation.parameters ?? []) as {
          name: string
          in: string
          required: boolean
          schema: Json
        }[]
        assert.deepEqual(
          parameters
            .filter((p) => p.in === 'path')
            .map(({ name }) => name)
            .sort(),
          inPath,
        )
        for (const parameter of parameters) {
          assert.ok(parameter.schema, `${operation.operationId} ${parameter.name}`)
          if (parameter.in === 'path') assert.equal(parameter.required, true)
        }
        assert.equal(new Set(parameters.map((p) => `${p.in} ${p.name}`)).size, parameters.length)
        assert.ok('200' in operation.responses)
      }
    }
  })
  test('schemas are JSON Schema 2020-12: types known, required fields described', () => {
    const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']
    for (const schema of schemasOf(document.paths)) {
      for (const type of [schema['type'] ?? []].flat() as string[]) assert.ok(types.includes(type), type)
      const { properties, required } = schema as { properties?: Json; required?: string[] }
      if (properties) for (const field of required ?? []) assert.ok(field in properties, field)
    }
  })
  test('the readable page names every operation and loads nothing from elsewhere', async () => {
    const response = await opened.ask('/docs')
    const page = await response.text()
    for (const { name, summary } of operations) {
      assert.ok(page.includes(`id="${name}"`), name)
      assert.ok(page.includes(summary.replaceAll('"', '&quot;')), summary)
    }
    const policy = response.headers.get('content-security-policy')!
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /script-src 'self' 'sha256-/)
    assert.deepEqual([...page.matchAll(/(?:src|href)="(?!#|\/|data:,)([^"]+)"/g)], [])
  })
})

for (const { name, skip } of backends) {
  describe(`examples on ${name}`, { skip }, async () => {
    let opened!: Opened
    if (skip === undefined) {
      opened = await openServer(name)
      await prepare(opened)
    }
    after(() => opened?.[Symbol.asyncDispose]())
    // Keys come last: from the first on, the others would need one.
    const ordered = operations.toSorted((a, b) => Number(a.name.startsWith('keys')) - Number(b.name.startsWith('keys')))
    let key: string | undefined
    let prefix = ''

    for (const operation of ordered) {
      test(`${operation.name}: its examples work, and what they answer fits the schema`, async () => {
        assert.ok(operation.examples?.length, 'has no example')
        for (const { title, input } of operation.examples) {
          const stop = new AbortController()
          const known = operation.name === 'keys.delete' ? { prefix } : lighter(operation.name, input)
          const { path, init } = exampleRequest(operation, known)
          const response = await opened.ask(path, { ...init, signal: stop.signal, ...(key && { key }) })
          assert.equal(response.status, 200, `${title}: ${response.status === 200 ? '' : await response.text()}`)
          if (operation.result === 'events') {
            assert.match(response.headers.get('content-type')!, /^text\/event-stream/)
            stop.abort()
            continue
          }
          const answer = (await response.json()) as Json
          if (operation.name === 'keys.create') {
            key ??= answer['key'] as string
            prefix = answer['prefix'] as string
          }
          const rows = operation.result === 'rows' ? (answer['rows'] as unknown[]) : [answer]
          for (const row of rows.slice(0, 50)) operation.output.parse(row)
        }
        // An example that starts a fleet would go on in the background of the others.
        if (operation.name === 'fleets.start') {
          const client = opened.client(key)
          for (const { fleet } of (await client.fleets.list()).fleets)
            if (fleet !== 'plant') await client.fleets.stop({ fleet })
        }
      })
    }
    test('no unexpected error happened', () => assert.deepEqual(opened.errors, []))
  })
}

test('the client’s table of routes is fresh: node src/api/client/routes.write.ts', () => {
  assert.equal(readFileSync(new URL('../../src/api/client/routes.ts', import.meta.url), 'utf8'), routesText(operations))
})

/** Ten thousand devices with a week of history are right, but not for a test: what is asked stays, its size does not. */
function lighter(name: string, input: Json): Json {
  if (name !== 'fleets.start') return input
  assert.ok(operations.find((operation) => operation.name === name)!.input.safeParse(input).success)
  return { ...input, devices: 2, history_ms: 0 }
}

/** The devices that the examples speak of. */
async function prepare(opened: Opened) {
  const client = opened.client()
  const now = Date.now()
  for (const device of ['boiler', 'host']) {
    const events = Array.from({ length: 120 }, (_, i) => ({
      device,
      recordedAt: now - (120 - i) * 1_000,
      values: { temperature: 70 + Math.sin(i / 9) },
    }))
    await client.telemetry.send({ events })
  }
}

function* referencesOf(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref') yield inner as string
    else yield* referencesOf(inner)
  }
}

function* schemasOf(value: unknown, key = ''): Generator<Json> {
  if (typeof value !== 'object' || value === null) return
  if (key === 'schema' || key === 'items') yield value as Json
  // Examples may hold anything.
  if (key !== 'examples') for (const [name, inner] of Object.entries(value)) yield* schemasOf(inner, name)
}
