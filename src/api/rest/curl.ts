// An operation's example as a curl command that can be pasted into a shell.

import type { Example, Operation } from '#platform/operation.ts'
import { pathFields } from './input.ts'
import { base } from './routes.ts'

/** Where the examples ask; the page puts its own address in its place. */
export const exampleOrigin = 'http://localhost:8080'

export function curlOf(operation: Operation, { input }: Example, origin = exampleOrigin): string {
  const { method, path, body } = operation.http
  const inPath = pathFields(path)
  const rest = Object.entries(input).filter(([field]) => !inPath.includes(field))
  const place = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(input[field])))
  const words = ['curl']
  if (operation.result === 'events') words.push('-N')
  if (method === 'POST' || method === 'PUT') {
    const sent = body ? listOrOne(input[body]) : Object.fromEntries(rest)
    if (method === 'PUT') words.push('-X PUT')
    words.push(quote(`${origin}${base}${place}`), '\\\n  --json', quote(JSON.stringify(sent)))
    return words.join(' ')
  }
  if (method === 'DELETE') words.push('-X DELETE')
  // Commas and colons mean nothing in a query: left as they are, the line can be read.
  const query = rest.map(
    ([field, value]) => `${field}=${encodeURIComponent(String(value)).replaceAll('%2C', ',').replaceAll('%3A', ':')}`,
  )
  words.push(quote(`${origin}${base}${place}${query.length > 0 ? `?${query.join('&')}` : ''}`))
  return words.join(' ')
}

const listOrOne = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value)
const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
