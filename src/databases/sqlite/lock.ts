// One process per data folder. The lock is a lock of the operating system, held through SQLite on a file of its own for
// as long as the process lives: it goes with the process, however that ends (kill -9, power loss), so there is nothing
// stale to judge and no process number to mistake for another's. Beside it lies a note for people and for the command
// line: who holds it and where it listens.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { InputError, messageOf, UnavailableError } from '#core/errors.ts'

/** Who has a data folder open. */
export type LockNote = {
  readonly pid: number
  /** Where its server listens, once it does. */
  readonly url?: string
}

export type FolderLock = { announce(url: string): void; release(): void }

/** Takes the folder, or throws UnavailableError that names who has it. Waits at most a second for one that is going. */
export function lockFolder(folder: string): FolderLock {
  const database = openLockFile(folder)
  try {
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    const note = readNote(folder)
    throw new UnavailableError(
      `${folder} is in use by process ${note?.pid ?? 'unknown'}${note?.url ? ` at ${note.url}` : ''}: ` +
        'stop it, use the server that it runs, or name another folder with --data',
      { cause: error },
    )
  }
  const write = (note: LockNote) => {
    const draft = join(folder, 'lock.json.new')
    writeFileSync(draft, `${JSON.stringify(note)}\n`)
    renameSync(draft, join(folder, 'lock.json'))
  }
  write({ pid: process.pid })
  let held = true
  return {
    announce: (url) => write({ pid: process.pid, url }),
    release() {
      if (!held) return
      held = false
      rmSync(join(folder, 'lock.json'), { force: true })
      database.exec('rollback')
      database.close()
    },
  }
}

function openLockFile(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true })
    return new DatabaseSync(join(folder, 'lock'), { timeout: 1_000 })
  } catch (error) {
    throw new InputError(
      `${folder} cannot be used as data folder (${messageOf(error)}): name one that can be written with --data`,
      [],
      { cause: error },
    )
  }
}

/** Who has the folder open now; undefined when nobody has. */
export function readLock(folder: string): LockNote | undefined {
  const note = readNote(folder)
  if (!note) return undefined
  try {
    const database = new DatabaseSync(join(folder, 'lock'), { readOnly: true, timeout: 0 })
    try {
      // Answers only when nobody holds the file exclusively: then the note was left by one that died.
      database.prepare('select count(*) from sqlite_schema').get()
      return undefined
    } finally {
      database.close()
    }
  } catch (error) {
    return isBusy(error) ? note : undefined
  }
}

function readNote(folder: string): LockNote | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'lock.json'), 'utf8')) as LockNote
  } catch {
    return undefined
  }
}

const isBusy = (error: unknown) => ((error as { errcode?: number }).errcode ?? 0) % 256 === 5
