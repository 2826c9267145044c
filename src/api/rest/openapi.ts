// The OpenAPI 3.1 document, drawn from the operations. 3.1 takes JSON Schema 2020-12 as it is, which is what zod writes.

import { z } from 'zod'
import type { Operation } from '#platform/operation.ts'
import { rowFormats } from './accept.ts'
import { pathFields } from './input.ts'
import { base } from './routes.ts'

type Json = Record<string, unknown>

export function openApiOf(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Json> = {}
  for (const operation of operations) {
    const item = { [operation.http.method.toLowerCase()]: pathItem(operation) }
    paths[operation.http.path] = { ...paths[operation.http.path], ...item }
  }
  const groups = [...new Set(operations.map(({ name }) => groupOf(name)))]
  return {
    openapi: '3.1.0',
    info: {
      title: 'Millrace',
      version,
      summary: 'Real device readings and their synthetic twins in one live stream.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: base }],
    security: [{ key: [] }, {}],
    tags: groups.map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, mr_<prefix>_<secret>. Not needed from loopback while no key exists.',
        },
      },
      schemas: { Problem: problemSchema },
      responses: Object.fromEntries(
        Object.entries(problems).map(([status, description]) => [
          `Problem${status}`,
          {
            description,
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        ]),
      ),
    },
  }
}

export const groupOf = (name: string): string => name.split('.')[0]!

/** JSON Schema of an operation's input, as it is written by a caller. */
export const inputSchema = (input: z.ZodType): Json => schemaOf(input, 'input')

/** JSON Schema of what an operation answers, or of one row or event of it. */
export const outputSchema = (output: z.ZodType): Json => schemaOf(output, 'output')

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return json
}

function pathItem(operation: Operation): Json {
  const { name, summary, description, scope, http, examples = [] } = operation
  const schema = inputSchema(operation.input) as { properties?: Record<string, Json>; required?: string[] }
  const inPath = pathFields(http.path)
  const inBody = http.method === 'POST' || http.method === 'PUT'
  const fields = Object.entries(schema.properties ?? {})
  const parameters = fields
    .filter(([field]) => inPath.includes(field) || !inBody)
    .map(([field, property]) => parameterOf(field, property, inPath.includes(field), schema.required ?? []))
  if (operation.result === 'rows') parameters.push(formatParameter)
  return {
    operationId: name,
    summary,
    ...(description ? { description } : {}),
    tags: [groupOf(name)],
    security: [{ key: [] }, {}],
    'x-scope': scope,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(inBody ? { requestBody: bodyOf(operation, schema, inPath, examples) } : {}),
    responses: {
      200: answerOf(operation),
      ...Object.fromEntries(statusesOf(operation).map((s) => [s, { $ref: `#/components/responses/Problem${s}` }])),
    },
  }
}

function parameterOf(name: string, property: Json, inPath: boolean, required: readonly string[]): Json {
  const { description, ...schema } = property
  return {
    name,
    in: inPath ? 'path' : 'query',
    required: inPath || (required.includes(name) && !('default' in property)),
    ...(description ? { description } : {}),
    ...(property['type'] === 'array' ? { style: 'form', explode: false } : {}),
    schema,
  }
}

const formatParameter = {
  name: 'format',
  in: 'query',
  required: false,
  description: 'Instead of an Accept header',
  schema: { type: 'string', enum: Object.keys(rowFormats) },
}

function bodyOf(
  { http }: Operation,
  schema: { properties?: Record<string, Json>; required?: string[] },
  inPath: readonly string[],
  examples: NonNullable<Operation['examples']>,
): Json {
  const without = (input: Json) =>
    Object.fromEntries(Object.entries(input).filter(([field]) => !inPath.includes(field)))
  if (http.body) {
    const list = schema.properties![http.body]!
    const shown = Object.fromEntries(
      examples.map(({ title, input }, i) => [`example${i + 1}`, { summary: title, value: input[http.body!] }]),
    )
    return {
      required: true,
      content: {
        'application/json': { schema: { anyOf: [list['items'], list] }, examples: shown },
        'application/x-ndjson': { schema: list['items'] },
      },
    }
  }
  const required = (schema.required ?? []).filter((field) => !inPath.includes(field))
  return {
    required: required.length > 0,
    content: {
      'application/json': {
        schema: { ...schema, properties: without(schema.properties ?? {}), required },
        examples: Object.fromEntries(
          examples.map(({ title, input }, i) => [`example${i + 1}`, { summary: title, value: without(input) }]),
        ),
      },
    },
  }
}

function answerOf(operation: Operation): Json {
  const output = schemaOf(operation.output, 'output')
  if (operation.result === 'document') {
    return { description: 'Done.', content: { 'application/json': { schema: output } } }
  }
  if (operation.result === 'events') {
    return {
      description: 'Events until the caller hangs up; the schema is that of one event’s data.',
      content: { 'text/event-stream': { schema: output } },
    }
  }
  const rows = { type: 'object', properties: { rows: { type: 'array', items: output }, cursor: { type: 'string' } } }
  return {
    description: 'Rows.',
    headers: { 'millrace-cursor': { description: 'Continues a limited answer', schema: { type: 'string' } } },
    content: {
      [rowFormats.json]: { schema: { ...rows, required: ['rows'] } },
      [rowFormats.ndjson]: { schema: output },
      [rowFormats.csv]: { schema: { type: 'string' } },
    },
  }
}

function statusesOf({ http, result }: Operation): number[] {
  const body = http.method === 'POST' || http.method === 'PUT'
  return [400, 401, 403, 404, ...(result === 'rows' ? [406] : []), ...(body ? [413, 415] : []), 503]
}

const problems: Record<number, string> = {
  400: 'A field is wrong; issues name each one.',
  401: 'An API key is needed, or this one is not known.',
  403: 'The key lacks the scope, or another site’s page asked.',
  404: 'It is not there, or belongs to another tenant.',
  406: 'None of the accepted media types is available.',
  413: 'More than one request may carry.',
  415: 'The body’s content type is not taken.',
  503: 'Not now; Retry-After says when.',
}

const problemSchema = {
  type: 'object',
  description: 'RFC 9457',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    issues: {
      type: 'array',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, message: { type: 'string' } },
        required: ['field', 'message'],
      },
    },
  },
  required: ['type', 'title', 'status', 'detail'],
}
