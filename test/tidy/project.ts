// What the tidy rules look at: every source file with its text, its imports and a few facts of its syntax tree.

import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'

export type Import = {
  /** As written: '#core/series.ts', './x.ts', 'node:fs', 'zod'. */
  readonly specifier: string
  /** Path in the repository for our own files, undefined for packages. */
  readonly target: string | undefined
  readonly line: number
}

export type SourceFile = {
  /** Relative to the root, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  /** Member accesses and calls that some rules forbid, as text: 'Math.random', 'Date.now', 'new Date()'. */
  readonly uses: readonly { readonly what: string; readonly line: number }[]
}

/** All paths of the repository that the rules may ask for, and the parsed TypeScript files. */
export type Project = { readonly paths: ReadonlySet<string>; readonly files: readonly SourceFile[] }

const sources = ['src', 'scripts', 'test', 'bench', 'dashboard/src', 'examples']

export function readProject(root = '.'): Project {
  const all = globSync(`{${sources.join(',')}}/**/*`, { cwd: root }).map((path) => path.replaceAll('\\', '/'))
  const files = all
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => parseFile(path, readFileSync(join(root, path), 'utf8')))
  return { paths: new Set(all), files }
}

type Node = { type: string; start: number; [key: string]: unknown }

export function parseFile(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`)
  const imports: Import[] = []
  const uses: { what: string; line: number }[] = []
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length
  const add = (node: Node, specifier: unknown) => {
    if (typeof specifier === 'string')
      imports.push({ specifier, target: targetOf(path, specifier), line: lineOf(node.start) })
  }
  walk(program as unknown as Node, (node) => {
    const source = node['source'] as Node | null | undefined
    if (
      /^(ImportDeclaration|ExportNamedDeclaration|ExportAllDeclaration|ImportExpression|TSImportType)$/.test(node.type)
    ) {
      add(node, source?.['value'])
    }
    const callee = node['callee'] as Node | undefined
    const args = (node['arguments'] as Node[] | undefined) ?? []
    if (node.type === 'NewExpression' && callee?.['name'] === 'URL' && textOf(text, args[1]) === 'import.meta.url') {
      const url = args[0]?.['value']
      if (typeof url === 'string' && url.endsWith('.ts')) add(node, url)
    }
    if (node.type === 'NewExpression' && callee?.['name'] === 'Date' && args.length === 0) {
      uses.push({ what: 'new Date()', line: lineOf(node.start) })
    }
    if (node.type === 'MemberExpression') {
      const what = textOf(text, node)
      if (what === 'Math.random' || what === 'Date.now') uses.push({ what, line: lineOf(node.start) })
    }
  })
  return { path, text, imports, uses }
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === 'object' && typeof (child as Node).type === 'string')
        walk(child as Node, visit)
    }
  }
}

const textOf = (text: string, node: Node | undefined) =>
  node ? text.slice(node.start, node['end'] as number) : undefined

function targetOf(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`
  if (specifier.startsWith('.')) return posix.normalize(posix.join(posix.dirname(path), specifier))
  return undefined
}
