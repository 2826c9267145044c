// The dashboard's files. They are few and small: all are read when the server is made, so that serving needs no path
// of a request to touch the disk. Vite puts a hash into the names below assets/: those never change.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

export type StaticFile = {
  readonly body: Buffer
  readonly gzip?: Buffer
  readonly headers: Readonly<Record<string, string>>
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}
/** Formats that are not packed already. */
const packable = new Set(['.html', '.js', '.css', '.json', '.svg', '.txt', '.webmanifest'])
/** Everything together; a build folder that is larger is not a dashboard. */
const total_max_bytes = 50 * 1024 * 1024

/** URL path to file, of a folder; with only a page that says what is missing where there is no index.html. */
export function loadFiles(folder: string | undefined): Map<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  if (!folder || !existsSync(join(folder, 'index.html'))) return files.set('/index.html', fileOf('index.html', missing))
  let total = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !types[extname(entry.name)]) continue
    const path = join(entry.parentPath, entry.name)
    const body = readFileSync(path)
    total += body.length
    if (total > total_max_bytes) break
    const name = relative(folder, path).split(sep).join('/')
    files.set(`/${name}`, fileOf(name, body))
  }
  return files
}

function fileOf(name: string, body: Buffer): StaticFile {
  const extension = extname(name)
  const lasting = name.startsWith('assets/')
  const headers: Record<string, string> = {
    'content-type': types[extension]!,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    'cache-control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
  }
  if (extension === '.html') headers['content-security-policy'] = pagePolicy(body.toString('utf8'))
  return { body, gzip: packable.has(extension) && body.length > 1_000 ? gzipSync(body) : undefined, headers }
}

/** What a page of ours may load: only from here, and of inline code only what this very page holds. */
export function pagePolicy(html: string): string {
  const hashes = (tag: string) =>
    [...html.matchAll(new RegExp(`<${tag}(?![^>]*\\bsrc=)[^>]*>([\\s\\S]*?)</${tag}>`, 'g'))].map(
      ([, text]) => `'sha256-${createHash('sha256').update(text!).digest('base64')}'`,
    )
  const scripts = ["'self'", ...hashes('script')].join(' ')
  // Styles may be set by attributes (uPlot places its parts that way), which hashes cannot name.
  return [
    "default-src 'none'",
    `script-src ${scripts}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

const missing = Buffer.from(
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Millrace</title>
<style>body{font:16px/1.6 system-ui;max-width:36rem;margin:20vh auto;padding:0 1rem}</style>
<h1>The dashboard is not built</h1>
<p>Run <code>npm run build:dashboard</code> and start again. The API works: see <a href="/docs">its page</a>.</p></html>`,
)
