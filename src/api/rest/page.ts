// The readable page of the API at /docs: every operation with its fields, its answer and examples to copy, drawn from
// the same records as the API itself. One file without anything from elsewhere.

import type { Operation } from '#platform/operation.ts'
import { curlOf } from './curl.ts'
import { pagePolicy } from './files.ts'
import { pathFields } from './input.ts'
import { groupOf, inputSchema, outputSchema } from './openapi.ts'
import { script, style } from './page-style.ts'
import { base } from './routes.ts'

type Schema = {
  type?: string | string[]
  anyOf?: Schema[]
  enum?: unknown[]
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  required?: string[]
  default?: unknown
  description?: string
  minimum?: number
  maximum?: number
  prefixItems?: Schema[]
}

export function docsPage(operations: readonly Operation[], version: string) {
  const groups = [...new Set(operations.map(({ name }) => groupOf(name)))]
  const within = (group: string) => operations.filter(({ name }) => groupOf(name) === group)
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,"><title>Millrace API</title><style>${style}</style></head><body>
<nav aria-label="Operations"><a class="home" href="/">Millrace</a>${groups
    .map((group) => `<b>${text(group)}</b>${within(group).map(entry).join('')}`)
    .join('')}</nav>
<main><h1>API</h1><div class="lead">
<p>Everything that Millrace can be asked to do. Paths are below <code>${base}</code>; bodies and answers are JSON, and
rows also come as NDJSON or CSV by <code>Accept</code> or <code>?format=</code>. Times in answers are epoch milliseconds, UTC.</p>
<p>Send <code>Authorization: Bearer mr_…</code>. While no key exists, this computer needs none.
Errors are problem documents (RFC 9457) whose issues name each field that is wrong.</p>
<p>Version ${text(version)} · <a href="/openapi.json">OpenAPI 3.1</a></p></div>
${groups.map((group) => `<h2>${text(group)}</h2>${within(group).map(section).join('')}`).join('\n')}
</main><script>${script}</script></body></html>`
  return { body, headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy(body) } }
}

const entry = ({ name }: Operation) => `<a href="#${name}">${text(name.includes('.') ? name.split('.')[1]! : name)}</a>`

function section(operation: Operation): string {
  const { name, summary, description, scope, http, examples = [] } = operation
  return `<section id="${name}">
<h3><span class="method ${http.method}">${http.method}</span><a href="#${name}">${text(http.path)}</a><span class="scope" title="The scope that the key needs">${scope}</span></h3>
<p>${text(summary)}</p>${description ? `<p>${text(description)}</p>` : ''}
${fieldsTable(operation)}
${examples
  .map(
    (example) =>
      `<figure><figcaption>${text(example.title)}</figcaption><pre><code>${text(curlOf(operation, example))}</code></pre><button type="button">Copy</button></figure>`,
  )
  .join('')}
<details><summary>Answer</summary><pre><code>${text(shapeOf(outputSchema(operation.output) as Schema))}</code></pre></details>
</section>`
}

function fieldsTable({ input, http }: Operation): string {
  let schema = inputSchema(input) as Schema
  // A body that is one list is described by what is in it.
  if (http.body) schema = schema.properties![http.body]!.items!
  const inPath = pathFields(http.path)
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const needed = inPath.includes(name) || (schema.required?.includes(name) && field.default === undefined)
    const standard = field.default === undefined ? '' : ` <em>${text(JSON.stringify(field.default))} unless given</em>`
    return `<tr><td>${text(name)}${needed ? ' <i>needed</i>' : ''}</td><td>${text(typeOf(field))}</td><td>${text(field.description ?? '')}${standard}</td></tr>`
  })
  return rows.length > 0 ? `<table><tbody>${rows.join('')}</tbody></table>` : ''
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map(String).join(', ')
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(' or ')
  if (schema.type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'anything'}`
  if (schema.type === 'integer' || schema.type === 'number') {
    const { minimum, maximum = Number.POSITIVE_INFINITY } = schema
    const bounded = minimum !== undefined && minimum > -9e15 && maximum < 9e15
    return bounded ? `${minimum} … ${maximum}` : String(schema.type)
  }
  if (Array.isArray(schema.type)) return schema.type.join(' or ')
  return schema.type ?? 'anything'
}

/** The answer's shape, as one would sketch it: names and types. */
function shapeOf(schema: Schema, indent = ''): string {
  if (schema.type === 'array' && schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(', ')}]`
  if (schema.type === 'array') return schema.items ? `[${shapeOf(schema.items, indent)}]` : '[]'
  if (schema.type !== 'object') return typeOf(schema)
  const deeper = `${indent}  `
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const optional = schema.required?.includes(name) ? '' : '?'
    const note = field.description ? `  // ${field.description}` : ''
    return `${deeper}${name}${optional}: ${shapeOf(field, deeper)}${note}`
  })
  if (fields.length > 0) return `{\n${fields.join('\n')}\n${indent}}`
  return typeof schema.additionalProperties === 'object'
    ? `{ name: ${shapeOf(schema.additionalProperties, indent)} }`
    : '{}'
}

const text = (raw: string) =>
  raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
