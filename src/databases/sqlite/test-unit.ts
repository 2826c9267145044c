// A unit for the tests of this folder: writes a document per call, and fails in every way a unit can.

import { InputError } from '#core/errors.ts'
import type { Connection } from './index.ts'

export function put({ statement }: Connection, { value }: { value: number }): number {
  const name = String(value).padStart(9, '0')
  statement(`insert into document values ('test', ?, ?, 0)`).run(name, String(value))
  return statement('select count(*) as n from document').get()!['n'] as number
}

export const count = ({ statement }: Connection, _: undefined): number =>
  statement('select count(*) as n from document').get()!['n'] as number

export function putThenFail(connection: Connection, args: { value: number }): number {
  put(connection, args)
  throw new InputError('no', [{ field: 'value', message: 'wrong' }])
}

export function putThenDie(connection: Connection, args: { value: number }): number {
  put(connection, args)
  return process.exit(1)
}

export const wrongSql = ({ database }: Connection, _: undefined): void => database.exec('select nothing from nowhere')

/** Keeps its thread until the caller gives up. */
export function spin({ cancelled }: Connection, _: undefined): void {
  while (!cancelled()) {}
}

export function double(connection: Connection, { values }: { values: Float64Array }): Float64Array {
  const result = values.map((value) => value * 2)
  connection.transfer(result)
  return result
}

/** Lets the file grow no further than this, as a full disk would. */
export function limitPages({ database }: Connection, { pages }: { pages: number }): void {
  database.exec(`pragma max_page_count = ${pages}`)
}

export function putMuch({ statement }: Connection, { bytes }: { bytes: number }): void {
  statement(`insert into document values ('much', hex(randomblob(8)), hex(zeroblob(?)), 0)`).run(bytes / 2)
}
