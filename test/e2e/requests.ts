// An operation's input as the HTTP request that the API documents, made independently of the client.

import type { Operation } from '#platform/operation.ts'

export function exampleRequest(
  operation: Operation,
  input: Record<string, unknown>,
): { path: string; init: RequestInit } {
  const { method, path, body } = operation.http
  const rest = { ...input }
  const place = path.replaceAll(/\{(\w+)\}/g, (_, field: string) => {
    const value = String(rest[field])
    delete rest[field]
    return encodeURIComponent(value)
  })
  if (method === 'POST' || method === 'PUT') {
    const sent = JSON.stringify(body ? rest[body] : rest)
    return { path: `/api/v1${place}`, init: { method, headers: { 'content-type': 'application/json' }, body: sent } }
  }
  const query = Object.entries(rest).map(([field, value]) => `${field}=${encodeURIComponent(String(value))}`)
  return { path: `/api/v1${place}${query.length > 0 ? `?${query.join('&')}` : ''}`, init: { method } }
}
