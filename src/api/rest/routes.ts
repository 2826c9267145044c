// Paths of the API, matched by hand for the answers that a router cannot give: which methods a path has (405), and
// which path was probably meant (404).

import type { Operation } from '#platform/operation.ts'

export const base = '/api/v1'

/** '/devices/{device}' as the router writes it: '/devices/:device'. */
export const routePath = (path: string): string => `${base}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`

/** Methods of the operations at this URL path; empty where there is none. */
export function methodsAt(operations: readonly Operation[], path: string): string[] {
  return operations
    .filter(({ http }) => new RegExp(`^${base}${http.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
    .map(({ http }) => http.method)
}

/** The operation whose path is closest to what was asked, as a hint: 'GET /api/v1/devices'. */
export function nearestRoute(operations: readonly Operation[], path: string): string | undefined {
  const asked = path.startsWith(base) ? path : `${base}${path.replace(/^\/(api(\/v\d+)?)?\/?/, '/')}`
  let best: { route: string; distance: number } | undefined
  for (const { http } of operations) {
    const route = `${base}${http.path}`
    const distance = editDistance(asked.slice(0, 200), route)
    if (distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { route: `${http.method} ${route}`, distance }
  }
  return best && best.distance <= Math.max(3, asked.length / 2) ? best.route : undefined
}

/** Levenshtein's distance, by rows. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
