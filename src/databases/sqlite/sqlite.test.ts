import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { BugError, InputError, UnavailableError } from '#core/errors.ts'
import { tenantOf } from '#core/tenant.ts'
import { migrate, openConnection } from './connection.ts'
import { openSqlite, readLock, type SqliteDatabase } from './index.ts'
import { catalogueSchema } from './schema.ts'

const tenant = tenantOf('t')
const unitUrl = new URL('./test-unit.ts', import.meta.url)
const unitOf = (database: SqliteDatabase) => database.unit<typeof import('./test-unit.ts')>(unitUrl)

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
  try {
    await body(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a second process is refused by name, and finds the server by the lock', () =>
  inFolder(async (folder) => {
    const holder = holdFolder(folder)
    await once(holder.stdout!, 'data')
    deepEqual(readLock(folder), { pid: holder.pid, url: 'http://localhost:1' })
    await rejects(openSqlite({ folder }), (error: Error) => {
      ok(error instanceof UnavailableError)
      ok(error.message.includes(`process ${holder.pid} at http://localhost:1`), error.message)
      return true
    })
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    // The note of the dead is still there; nobody holds the lock.
    ok(existsSync(join(folder, 'lock.json')))
    equal(readLock(folder), undefined)
    await using database = await openSqlite({ folder })
    deepEqual(readLock(folder), { pid: process.pid })
    database.announce('http://localhost:2')
    deepEqual(readLock(folder), { pid: process.pid, url: 'http://localhost:2' })
  }))

function holdFolder(folder: string) {
  const program = `
    import { openSqlite } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
    const database = await openSqlite({ folder: ${JSON.stringify(folder)} })
    database.announce('http://localhost:1')
    setInterval(() => {}, 1000)
    console.log('open')`
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
}

test('the lock is given back when the database is closed', () =>
  inFolder(async (folder) => {
    const database = await openSqlite({ folder })
    await rejects(openSqlite({ folder }), UnavailableError)
    await database[Symbol.asyncDispose]()
    equal(readLock(folder), undefined)
    await (await openSqlite({ folder }))[Symbol.asyncDispose]()
  }))

test('a folder that cannot be made is refused with what to do', () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, 'file'), '')
    await rejects(openSqlite({ folder: join(folder, 'file', 'data') }), (error: Error) => {
      ok(error instanceof InputError)
      ok(error.message.includes('--data'), error.message)
      return true
    })
  }))

test('migrations run once each, and all of one opening or none', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'x.sqlite')
    const steps = ['create table a(x)', 'create table b(x)', 'insert into a values (1)']
    openConnection(path, steps.slice(0, 1), 'write', () => false).close()
    throws(() => openConnection(path, [...steps, 'this is no SQL'], 'write', () => false))
    const database = new DatabaseSync(path)
    const tables = () =>
      database
        .prepare('select name from sqlite_schema order by name')
        .all()
        .map((row) => row['name'])
    deepEqual(tables(), ['a'])
    migrate(database, path, steps)
    migrate(database, path, steps)
    deepEqual(tables(), ['a', 'b'])
    equal(database.prepare('select count(*) as n from a').get()?.['n'], 1)
    throws(
      () => migrate(database, path, steps.slice(0, 2)),
      (error: Error) => {
        ok(error instanceof InputError)
        ok(/has schema 3, this program knows 2/.test(error.message), error.message)
        return true
      },
    )
    database.close()
  }))

test('a catalogue of a newer program is refused at the start, and the lock is given back', () =>
  inFolder(async (folder) => {
    await (await openSqlite({ folder }))[Symbol.asyncDispose]()
    const file = new DatabaseSync(join(folder, 'catalogue.sqlite'))
    file.exec(`pragma user_version = ${catalogueSchema.length + 1}`)
    file.close()
    await rejects(openSqlite({ folder }), InputError)
    equal(readLock(folder), undefined)
  }))

test('a slow read stalls neither writes nor other reads', () =>
  inFolder(async (folder) => {
    await using database = await openSqlite({ folder, readers: 2 })
    const { read, write } = unitOf(database)
    await write.put({ tenant }, { value: 1 })
    const stop = new AbortController()
    const slow = read.spin({ tenant }, undefined, { signal: stop.signal })
    let slowIsDone = false
    slow.catch(() => {
      slowIsDone = true
    })
    for (let i = 2; i <= 20; i++) {
      await write.put({ tenant }, { value: i })
      equal(await read.count({ tenant }, undefined), i)
    }
    equal(slowIsDone, false)
    stop.abort(new Error('enough'))
    await rejects(slow, /enough/)
  }))

test('a write that fails leaves nothing, and the next one works', () =>
  inFolder(async (folder) => {
    await using database = await openSqlite({ folder, readers: 1 })
    const { read, write } = unitOf(database)
    await rejects(write.putThenFail({ tenant }, { value: 1 }), (error: Error) => {
      ok(error instanceof InputError)
      deepEqual(error.issues, [{ field: 'value', message: 'wrong' }])
      return true
    })
    await rejects(write.wrongSql({ tenant }, undefined), BugError)
    equal(await read.count({ tenant }, undefined), 0)
    equal(await write.put({ tenant }, { value: 1 }), 1)
  }))

test('a full disk is UnavailableError, loses nothing, and passes when there is room again', () =>
  inFolder(async (folder) => {
    await using database = await openSqlite({ folder, readers: 1 })
    const { read, write } = unitOf(database)
    await write.put({ tenant }, { value: 1 })
    await write.limitPages({ tenant }, { pages: 100 })
    await rejects(write.putMuch({ tenant }, { bytes: 1_000_000 }), (error: Error) => {
      ok(error instanceof UnavailableError)
      ok(error.message.startsWith('the disk is full'), error.message)
      return true
    })
    equal(await read.count({ tenant }, undefined), 1)
    await write.limitPages({ tenant }, { pages: 100_000 })
    await write.putMuch({ tenant }, { bytes: 1_000_000 })
    equal(await read.count({ tenant }, undefined), 2)
  }))

test('when a thread dies its calls are refused, what was committed stays, and a new thread takes over', () =>
  inFolder(async (folder) => {
    await using database = await openSqlite({ folder, readers: 1 })
    const { read, write } = unitOf(database)
    await write.put({ tenant }, { value: 1 })
    const calls = [write.putThenDie({ tenant }, { value: 2 }), write.put({ tenant }, { value: 3 })]
    const [died, behind] = await Promise.allSettled(calls)
    ok(died?.status === 'rejected' && died.reason instanceof UnavailableError)
    ok(behind?.status === 'rejected' && behind.reason instanceof UnavailableError)
    equal(await write.put({ tenant }, { value: 4 }), 2)
    equal(await read.count({ tenant }, undefined), 2)
  }))

test('calls that wait are dropped when their caller gives up', () =>
  inFolder(async (folder) => {
    await using database = await openSqlite({ folder, readers: 1 })
    const { read, write } = unitOf(database)
    const stop = new AbortController()
    const early = [write.put({ tenant }, { value: 1 }), write.put({ tenant }, { value: 2 })]
    const late = write.put({ tenant }, { value: 3 }, { signal: stop.signal })
    stop.abort(new Error('gone'))
    await rejects(late, /gone/)
    await Promise.all(early)
    equal(await read.count({ tenant }, undefined), 2)
  }))

test('more files than stay open are closed and opened again', () =>
  inFolder(async (folder) => {
    await using database = await openSqlite({ folder, readers: 1, openFiles: 2 })
    const { read, write } = unitOf(database)
    const tenants = Array.from({ length: 5 }, (_, i) => tenantOf(`t${i}`))
    for (let round = 1; round <= 3; round++) {
      for (const tenant of tenants) await write.put({ tenant }, { value: round })
      for (const tenant of tenants) equal(await read.count({ tenant }, undefined), round)
    }
  }))

test('arrays move to the thread and back', () =>
  inFolder(async (folder) => {
    await using database = await openSqlite({ folder, readers: 1 })
    const { write } = unitOf(database)
    const values = Float64Array.of(1, 2, 3)
    deepEqual(await write.double({ tenant }, { values }, { transfer: [values] }), Float64Array.of(2, 4, 6))
    equal(values.length, 0)
  }))
