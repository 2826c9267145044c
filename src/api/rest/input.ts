// From what HTTP carries (path, query, JSON body) to an operation's input. Query strings hold only text, so the
// schema says what each one is: numbers and truth values are read, lists are split at commas.

import { z } from 'zod'
import { InputError, type Issue } from '#core/errors.ts'
import type { Operation } from '#platform/operation.ts'

type JsonSchema = { type?: string | string[]; items?: JsonSchema; properties?: Record<string, JsonSchema> }

/** Names of the path's fields: '/devices/{device}' has ['device']. */
export const pathFields = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)

/** Reads texts (of a query string, of flags) as the types that the schema has for those fields. */
export function createCoercion(input: z.ZodObject): (texts: Record<string, unknown>) => Record<string, unknown> {
  let known: Record<string, JsonSchema> | undefined
  return (texts) => {
    known ??= (z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as JsonSchema).properties ?? {}
    const properties = known
    return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, coerce(text, properties[name])]))
  }
}

function coerce(text: unknown, schema: JsonSchema | undefined): unknown {
  if (schema?.type === 'array') {
    const list = (Array.isArray(text) ? text : [text]).flatMap((part) => String(part).split(','))
    return list.map((part) => coerce(part.trim(), schema.items))
  }
  if (typeof text !== 'string') return text
  if (schema?.type === 'number' || schema?.type === 'integer') {
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
  }
  if (schema?.type === 'boolean') return text === 'true' || text === '' ? true : text === 'false' ? false : text
  return text
}

/** The operation's input, checked. Throws InputError with one issue per field. */
export function checkInput<I extends z.ZodObject>(operation: Operation & { input: I }, given: unknown): z.infer<I> {
  const parsed = operation.input.safeParse(given)
  if (parsed.success) return parsed.data as z.infer<I>
  const known = Object.keys(operation.input.shape)
  const issues = parsed.error.issues.flatMap((issue) => issuesOf(issue, known))
  const [first] = issues
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
  throw new InputError(`${first!.field ? `${first!.field}: ` : ''}${first!.message}${more}`, issues)
}

function issuesOf(issue: z.core.$ZodIssue, known: readonly string[]): Issue[] {
  const field = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const names = known.length > 0 ? `; known are ${known.join(', ')}` : '; there are none'
    return issue.keys.map((key) => ({
      field: field ? `${field}.${key}` : key,
      message: `there is no such field${field ? '' : names}`,
    }))
  }
  const absent = issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
  return [{ field, message: absent ? `is missing: ${issue.expected} is needed` : lower(issue.message) }]
}

const lower = (message: string) =>
  message.replace(/^Invalid input: /, '').replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())
