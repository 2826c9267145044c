// A command drawn from an operation: flags from its input schema, help from its words, output as table or JSON.

import { z } from 'zod'
import { checkInput, createCoercion } from '#api/rest/input.ts'
import { InputError, UnavailableError } from '#core/errors.ts'
import { formatDuration, parseDuration } from '#core/time.ts'
import type { Operation } from '#platform/operation.ts'
import type { Caller } from './caller.ts'
import { type Arguments, type Command, connectionFlags, type Flag, outputFlags } from './command.ts'
import { type Io, paintOf } from './io.ts'
import { withOutput } from './output.ts'
import { type Column, cellOf, factsOf, tableOf } from './table.ts'

export type Drawing = {
  readonly words: readonly string[]
  /** Input fields that are positionals, in order; a list takes all that follow. */
  readonly positionals?: readonly string[]
  /** Columns of the table; all when absent. For documents with one list, of that list. */
  readonly columns?: readonly Column[]
  /** Fields that people give otherwise than programs: defaults of the CLI. */
  readonly defaults?: Readonly<Record<string, unknown>>
  /** It goes on after the answer, so it needs a running server. */
  readonly streams?: boolean
  /** A sentence under the table. */
  readonly after?: (document: Record<string, unknown>) => string | undefined
  /** How a person sees the document, where a table or facts do not say it. */
  readonly view?: (document: Record<string, unknown>) => Record<string, unknown>
}

export type Connect = (io: Io, args: Arguments, options?: { create?: boolean }) => Promise<Caller>

type Schema = {
  type?: string | string[]
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  default?: unknown
  description?: string
}

export function commandOf(operation: Operation, drawing: Drawing, connect: Connect): Command {
  const { positionals, flags, inputOf } = draw(operation, drawing)
  return {
    words: drawing.words,
    summary: operation.summary,
    ...(operation.description ? { description: operation.description } : {}),
    positionals,
    flags: [...flags, ...outputFlags, ...connectionFlags],
    examples: examplesOf(operation, drawing),
    async run(io, args) {
      const input = inputOf(args)
      await using caller = await connect(io, args, { create: operation.http.method !== 'GET' })
      if (drawing.streams && !caller.served) {
        throw new UnavailableError(
          `'millrace ${drawing.words.join(' ')}' goes on streaming, so it needs the server: start it with 'millrace up', or name it with --url`,
        )
      }
      await show(io, args, operation, drawing, caller, input)
      return undefined
    },
  }
}

/** What the input schema says of positionals and flags, and how their texts become a checked input. */
export function draw(operation: Operation, drawing: Drawing) {
  const fields = fieldsOf(operation)
  const coerce = createCoercion(operation.input)
  const positionals = (drawing.positionals ?? []).map((name) => {
    const { schema, required } = fields.get(name)!
    return { name, summary: schema.description ?? '', required, ...(schema.type === 'array' ? { many: true } : {}) }
  })
  const flags = [...fields]
    .filter(([name]) => !drawing.positionals?.includes(name))
    .map(([name, field]) => flagOf(name, field, drawing.defaults?.[name]))
  const inputOf = (args: Arguments) =>
    checked(operation, { ...drawing.defaults, ...coerce(givenOf(args, fields, drawing)) }, drawing)
  return { positionals, flags, inputOf }
}

export const examplesOf = (operation: Operation, drawing: Drawing) =>
  (operation.examples ?? []).map(({ title, input }) => ({ title, line: lineOf(input, drawing) }))

/** Asks and prints; used by commands that choose their operation themselves. */
export async function show(
  io: Io,
  args: Arguments,
  operation: Operation,
  drawing: Drawing,
  caller: Caller,
  input: Record<string, unknown>,
): Promise<void> {
  const file = args.flags['output'] as string | undefined
  const json = args.flags['json'] === true
  await withOutput(io, file, async (output) => {
    const style = {
      now: io.clock.now(),
      paint: paintOf(io.terminal.colours && file === undefined),
      ...(io.terminal.out && file === undefined ? { width: io.terminal.width } : {}),
    }
    if (operation.result === 'document') {
      const document = (await caller.document(operation, input, io.signal)) as Record<string, unknown>
      if (json) return output.write(`${JSON.stringify(document, null, 2)}\n`)
      const shown = drawing.view?.(document) ?? document
      const list = listOf(shown)
      if (!list) await output.write(factsOf(shown, style.now, style.paint))
      else if (list.length > 0)
        await output.write(tableOf(list, { ...style, ...(drawing.columns ? { columns: drawing.columns } : {}) }))
      else await output.write(`${style.paint.dim('none')}\n`)
      const after = drawing.after?.(document)
      if (after) await output.write(`${after}\n`)
      return
    }
    if (operation.result === 'events') {
      for await (const { data } of caller.events(operation, input, io.signal)) {
        const lines = json
          ? [JSON.stringify(data)]
          : eventLines(data as { readings?: Record<string, unknown>[] }, style.now)
        await output.write(lines.map((line) => `${line}\n`).join(''))
      }
      return
    }
    const { rows } = await caller.rows(operation, input, io.signal)
    let header = true
    for await (const page of rows) {
      if (page.length === 0) continue
      if (json) await output.write(page.map((row) => `${JSON.stringify(row)}\n`).join(''))
      else
        await output.write(
          tableOf(page.flatMap(rowsOf), { ...style, header, ...(drawing.columns ? { columns: drawing.columns } : {}) }),
        )
      header = false
    }
    if (header && !json) await output.write(`${style.paint.dim('nothing in this range')}\n`)
  })
}

/** Input checked by the operation's own schema; messages speak of flags. */
export function checked(
  operation: Operation,
  given: Record<string, unknown>,
  drawing: Drawing,
): Record<string, unknown> {
  try {
    // What the schema makes of it (defaults) is left to the side that runs the operation.
    checkInput(operation, given)
    return given
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const spoken = error.issues.map(({ field, message }) => {
      const [name = ''] = field.split('.')
      return `${drawing.positionals?.includes(name) ? name.toUpperCase() : `--${flagName(name)}`}: ${message}`
    })
    throw new InputError(spoken.join('\n'))
  }
}

type Field = { schema: Schema; required: boolean }

function fieldsOf(operation: Operation): Map<string, Field> {
  const { properties = {}, required = [] } = z.toJSONSchema(operation.input, {
    io: 'input',
    unrepresentable: 'any',
  }) as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  return new Map(
    Object.entries(properties).map(([name, schema]) => [name, { schema, required: required.includes(name) }]),
  )
}

/** interval_ms is --interval and takes '10s'; unknownDevices is --unknown-devices. */
export const flagName = (field: string): string =>
  field
    .replace(/_ms$/, '')
    .replace(/_/g, '-')
    .replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)

function flagOf(field: string, { schema, required }: Field, fallback: unknown = schema.default): Flag {
  const choices = (schema.enum ?? schema.items?.enum)?.map(String)
  const kind = typeOf(schema)
  const value = placeholderOf(field, kind)
  const shown = shownDefault(field, fallback)
  return {
    name: flagName(field),
    ...(kind === 'boolean' ? {} : { value: choices ? flagName(field).toUpperCase() : value }),
    summary: (schema.description ?? titleOf(field)).replace(/\.$/, ''),
    ...(choices && kind !== 'array' ? { choices } : {}),
    ...(shown === undefined ? {} : { fallback: shown }),
    ...(required && fallback === undefined ? { required } : {}),
  }
}

function placeholderOf(field: string, kind: string | undefined): string {
  if (field.endsWith('_ms')) return 'DURATION'
  if (kind === 'array') return 'A,B'
  if (kind === 'object') return 'NAME=VALUE,...'
  return kind === 'integer' || kind === 'number' ? 'N' : 'TEXT'
}

/** A default as a person would write it on the command line. */
function shownDefault(field: string, fallback: unknown): string | undefined {
  if (Array.isArray(fallback)) return fallback.join(',')
  if (fallback === undefined || typeof fallback === 'object') return undefined
  return field.endsWith('_ms') && Number(fallback) > 0 ? formatDuration(Number(fallback)) : String(fallback)
}

const typeOf = (schema: Schema): string | undefined =>
  Array.isArray(schema.type)
    ? schema.type[0]
    : (schema.type ??
      (schema.anyOf?.map((one) => one.type).find((type) => typeof type === 'string') as string | undefined))

const titleOf = (field: string) =>
  flagName(field)
    .replaceAll('-', ' ')
    .replace(/^./, (c) => c.toUpperCase())

/** Texts of positionals and flags by field. */
function givenOf(
  { positionals, flags }: Arguments,
  fields: Map<string, Field>,
  drawing: Drawing,
): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const [i, name] of (drawing.positionals ?? []).entries()) {
    const many = fields.get(name)?.schema.type === 'array'
    const value = many ? positionals.slice(i).flatMap((text) => text.split(',')) : positionals[i]
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) given[name] = value
  }
  for (const [field, { schema }] of fields) {
    const value = flags[flagName(field)]
    if (value === undefined || drawing.positionals?.includes(field)) continue
    given[field] = field.endsWith('_ms')
      ? durationOf(String(value), flagName(field))
      : typeOf(schema) === 'object'
        ? pairsOf(String(value), flagName(field))
        : value
  }
  return given
}

/** Milliseconds of '10s' or of a plain number of them. */
export function durationOf(text: string, flag: string): number {
  const duration = /^\d+$/.test(text) ? Number(text) : parseDuration(text)
  if (duration === undefined)
    throw new InputError(`--${flag} is '${text}', but must be a duration such as 250ms, 10s, 5m, 1h or 7d`)
  return duration
}

function pairsOf(text: string, flag: string): Record<string, unknown> {
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text) as Record<string, unknown>
    } catch {
      throw new InputError(`--${flag} begins like JSON but is not`)
    }
  }
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new InputError(`--${flag} is '${text}', but must be name=value,name=value`)
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
    }),
  )
}

/** A command line that gives this input. */
function lineOf(input: Record<string, unknown>, { words, positionals = [] }: Drawing): string {
  const isFlat = (value: object) => Object.values(value).every((inner) => typeof inner !== 'object')
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(text).join(',')
    if (typeof value !== 'object' || value === null) return String(value)
    if (!isFlat(value)) return JSON.stringify(value)
    return Object.entries(value)
      .map(([k, v]) => `${k}=${v}`)
      .join(',')
  }
  const quote = (value: string) => (/^[\w.,:=/+@-]+$/.test(value) ? value : `'${value}'`)
  const places = positionals
    .filter((name) => input[name] !== undefined)
    .map((name) =>
      Array.isArray(input[name]) ? input[name].map((v) => quote(text(v))).join(' ') : quote(text(input[name])),
    )
  const flags = Object.entries(input)
    .filter(([name]) => !positionals.includes(name))
    .map(([name, value]) => (value === true ? `--${flagName(name)}` : `--${flagName(name)} ${quote(text(value))}`))
  return ['millrace', ...words, ...places, ...flags].join(' ')
}

/** The rows of a document that is one list (and numbers about it); undefined for others. */
function listOf(document: Record<string, unknown>): Record<string, unknown>[] | undefined {
  const lists = Object.values(document).filter((value) => Array.isArray(value))
  const others = Object.values(document).filter((value) => !Array.isArray(value))
  return lists.length === 1 && others.every((value) => typeof value === 'number')
    ? (lists[0] as Record<string, unknown>[])
    : undefined
}

/** Readings as they arrive, one per line: their columns differ from device to device. */
function eventLines(data: { readings?: Record<string, unknown>[] }, now: number): string[] {
  return (data.readings ?? []).map((reading) => {
    const cells = ['recordedAt', 'device', 'values', 'label'].map((key) =>
      reading[key] === undefined ? '' : cellOf(key, reading[key], now),
    )
    return cells.join('  ').trimEnd()
  })
}

/** A reading's values as columns of their own; the newest values of a device as one row per channel. */
function rowsOf(row: Record<string, unknown>): Record<string, unknown>[] {
  const { values, id: _, label, receivedAt: _received, ...first } = row
  if (typeof values !== 'object' || values === null) return [row]
  const cells = Object.entries(values)
  if (cells.every(([, value]) => typeof value === 'number'))
    return [{ ...first, ...Object.fromEntries(cells), ...(label === undefined ? {} : { label }) }]
  return cells.map(([channel, { value, recordedAt }]) => ({ device: row['device'], channel, value, recordedAt }))
}
