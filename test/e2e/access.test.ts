// Who may do what: open mode and its guards against web pages, keys, scopes.

import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, describe, test } from 'node:test'
import { requireKeysBeyondLoopback } from '#platform/access/access.ts'
import { type KeyScope, keyScopes } from '#stores/catalogue/catalogue.ts'
import { exampleRequest } from './requests.ts'
import { json, openServer, operations } from './setup.ts'

type Answer = { status: number; headers: Record<string, unknown>; text: string }

describe('while no key exists', async () => {
  const opened = await openServer()
  after(() => opened[Symbol.asyncDispose]())
  /** fetch would not let a Host or Origin be forged. */
  const raw = (path: string, method: string, headers: Record<string, string>, body?: string) =>
    new Promise<Answer>((resolve, reject) => {
      const { port } = new URL(opened.url)
      const asked = request({ host: '127.0.0.1', port, path, method, headers }, async (response) => {
        let text = ''
        for await (const chunk of response) text += chunk
        resolve({ status: response.statusCode!, headers: response.headers, text })
      })
      asked.on('error', reject)
      asked.end(body)
    })
  const { host } = new URL(opened.url)
  const path = '/api/v1/settings'
  const put = (headers: Record<string, string>) =>
    raw(path, 'PUT', { host, ...json, ...headers }, '{"unknownDevices":"create"}')

  test('this computer is tenant local and may do everything', async () => {
    const overview = (await (await opened.ask('/api/v1/overview')).json()) as { tenant: string; open: boolean }
    assert.deepEqual([overview.tenant, overview.open], ['local', true])
    assert.equal((await put({})).status, 200)
    assert.equal((await put({ origin: opened.url })).status, 200)
    for (const name of ['127.0.0.1', '[::1]', 'localhost', 'app.localhost']) {
      assert.equal((await raw(path, 'GET', { host: `${name}:8080` })).status, 200, name)
    }
  })
  test('a host name that is not loopback is refused: DNS rebinding', async () => {
    for (const name of [
      'evil.example',
      'evil.example:8080',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '192.168.1.5',
    ]) {
      assert.equal((await raw(path, 'GET', { host: name })).status, 403, name)
    }
  })
  test('pages of other sites may change nothing', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1', `https://${host}`]) {
      assert.equal((await put({ origin })).status, 403, origin)
    }
    assert.equal((await put({ 'sec-fetch-site': 'cross-site' })).status, 403)
  })
  test('what a foreign form can send without asking is not taken', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      for (const target of ['/api/v1/telemetry', '/api/v1/keys', '/api/v1/fleets', '/api/v1/generate']) {
        const answer = await raw(target, 'POST', { host, 'content-type': type }, '{"name":"x"}')
        assert.equal(answer.status, 415, `${type} at ${target}`)
      }
    }
  })
  test('forwarded requests are not from this computer', async () => {
    for (const header of ['x-forwarded-for', 'forwarded']) {
      assert.equal((await raw(path, 'GET', { host, [header]: '127.0.0.1' })).status, 401)
    }
  })
  test('a wrong key is refused even now', async () => {
    for (const authorization of ['Bearer mr_aaaaaaaaaaaa_x', 'Bearer', 'Basic YTpi', 'nonsense']) {
      assert.equal((await raw(path, 'GET', { host, authorization })).status, 401, authorization)
    }
  })
  test('listening beyond loopback is refused', async () => {
    const { access } = opened.platform
    for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.org']) {
      await assert.rejects(requireKeysBeyondLoopback(access, host), /create one first/, host)
    }
    for (const host of ['127.0.0.1', 'localhost', '::1']) await requireKeysBeyondLoopback(access, host)
  })
  test('the first key must be able to make others', async () => {
    await assert.rejects(
      opened.client().keys.create({ name: 'x', scopes: ['read'] }),
      /first key needs the scope operator/,
    )
  })
  test('no unexpected error happened', () => assert.deepEqual(opened.errors, []))
})

test('the last key that can make others stays while there are others', async () => {
  await using opened = await openServer()
  const { key, prefix } = await opened.client().keys.create({ name: 'first' })
  const client = opened.client(key)
  const other = await client.keys.create({ name: 'other' })
  await assert.rejects(client.keys.delete({ prefix }), /last key with the scope operator/)
  await client.keys.delete({ prefix: other.prefix })
  await client.keys.delete({ prefix })
  assert.equal((await opened.client().overview()).open, true)
})

describe('once a key exists', async () => {
  const opened = await openServer()
  after(() => opened[Symbol.asyncDispose]())
  const operator = await opened.client().keys.create({ name: 'first' })
  const client = opened.client(operator.key)

  test('the first key has every scope, later ones read and write', async () => {
    assert.deepEqual([...operator.scopes].sort(), [...keyScopes].sort())
    assert.match(operator.key, /^mr_[a-z2-7]{12}_[\w-]{43}$/)
    const second = await client.keys.create({ name: 'second' })
    assert.deepEqual(second.scopes, ['read', 'write'])
  })
  test('the secret is shown once and kept nowhere', async () => {
    const listed = JSON.stringify(await client.keys.list())
    const kept = JSON.stringify(await opened.platform.catalogue.keys())
    const secret = operator.key.split('_')[2]!
    assert.ok(!listed.includes(secret) && !kept.includes(secret))
    assert.ok(!listed.includes('hash'))
  })
  test('a key with a wrong secret, or of another prefix, is not known', async () => {
    const wrong = `${operator.key.slice(0, -1)}${operator.key.endsWith('A') ? 'B' : 'A'}`
    assert.equal((await opened.ask('/api/v1/overview', { key: wrong })).status, 401)
  })
  test('a key that was taken back is refused at once', async () => {
    const { key, prefix } = await client.keys.create({ name: 'short-lived' })
    assert.equal((await opened.ask('/api/v1/overview', { key })).status, 200)
    await client.keys.delete({ prefix })
    assert.equal((await opened.ask('/api/v1/overview', { key })).status, 401)
    await assert.rejects(client.keys.delete({ prefix }), { name: 'NotFoundError' })
  })
  test('listening beyond loopback is allowed', () => requireKeysBeyondLoopback(opened.platform.access, '0.0.0.0'))
  test('what tells of no data needs no key', async () => {
    for (const path of ['/health', '/ready', '/startup', '/openapi.json', '/docs', '/', '/devices/boiler']) {
      assert.equal((await opened.ask(path)).status, 200, path)
    }
  })

  const scoped = new Map<KeyScope, string>()
  for (const scope of keyScopes) scoped.set(scope, await opened.key('acme', [scope]))
  /** Scopes that open an operation: its own, and admin for the tenant's own data. */
  const opening = (scope: KeyScope): readonly KeyScope[] =>
    scope === 'read' || scope === 'write' ? [scope, 'admin'] : [scope]

  for (const operation of operations) {
    test(`${operation.name}: 401 without a key, 403 without ${operation.scope}`, async () => {
      const { path, init } = exampleRequest(operation, operation.examples?.[0]?.input ?? {})
      const without = await opened.ask(path, init)
      assert.equal(without.status, 401)
      assert.match(without.headers.get('www-authenticate')!, /^Bearer/)
      assert.match(((await without.json()) as { detail: string }).detail, /millrace keys create/)
      for (const scope of keyScopes) {
        // What opens it is shown by the examples' test; asking here would start fleets and endless streams.
        if (opening(operation.scope).includes(scope)) continue
        const response = await opened.ask(path, { ...init, key: scoped.get(scope)! })
        assert.equal(response.status, 403, scope)
        assert.match(((await response.json()) as { detail: string }).detail, new RegExp(`'${operation.scope}'`))
      }
    })
  }
  test('no unexpected error happened', () => assert.deepEqual(opened.errors, []))
})
