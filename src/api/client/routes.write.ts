// Writes routes.ts, the client's table of routes, from the operations: node src/api/client/routes.write.ts
// A test fails when the table is stale.

import { writeFileSync } from 'node:fs'
import type { Operation } from '#platform/operation.ts'
import { operations } from '#platform/operations.ts'

export function routesText(list: readonly Operation[]): string {
  const lines = list.map(({ name, http, result }) => {
    const quoted = /^[a-z]\w*$/i.test(name) ? name : `'${name}'`
    const body = http.body ? `, body: '${http.body}'` : ''
    return `  ${quoted}: { method: '${http.method}', path: '${http.path}', result: '${result}'${body} },`
  })
  return [
    '// Written by routes.write.ts from the operations. Do not edit.',
    '',
    'export const routes = {',
    ...lines,
    '} as const',
    '',
  ].join('\n')
}

if (import.meta.main) {
  writeFileSync(new URL('routes.ts', import.meta.url), routesText(operations as unknown as Operation[]))
}
