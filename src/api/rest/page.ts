// The readable page of the API at /docs.
import type { Operation } from '#platform/operation.ts'
import { pagePolicy } from './files.ts'

export function docsPage(
  operations: readonly Operation[],
  version: string,
): { body: string; headers: Record<string, string> } {
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Millrace ${version}</title>${operations.map(({ name, summary }) => `<p><code>${name}</code> ${summary}`).join('')}</html>`
  return { body, headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy(body) } }
}
