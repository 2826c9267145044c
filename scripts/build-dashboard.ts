// Builds dashboard/dist when its sources changed since the last build, told by a hash of all of them.
// A fresh build costs a few milliseconds to notice; `--force` builds anyway.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const dashboard = join(root, 'dashboard')
const stamp = join(dashboard, 'dist', '.built-from')

/** Hash of everything that the build reads: sources, the shared core, its configuration and the versions in the lock file. */
function sourcesHash(): string {
  const patterns = [
    'dashboard/{src,public}/**/*',
    'dashboard/*.{html,ts,json}',
    'src/core/**/*.ts',
    'package-lock.json',
  ]
  const paths = globSync(patterns, { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .sort()
  const hash = createHash('sha256')
  for (const path of paths) {
    const full = join(root, path)
    if (statSync(full).isFile()) hash.update(path).update('\0').update(readFileSync(full)).update('\0')
  }
  return hash.digest('hex')
}

const hash = sourcesHash()
const fresh =
  existsSync(join(dashboard, 'dist', 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash
if (!fresh || process.argv.includes('--force')) {
  if (process.stderr.isTTY) process.stderr.write('building the dashboard, once ...\n')
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const built = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: dashboard, stdio: 'inherit' })
  if (built.status === 0) writeFileSync(stamp, hash)
  else {
    console.error(
      `the dashboard could not be built (vite ended with ${built.status ?? built.signal}); run \`npm ci\` and try again`,
    )
    process.exitCode = 1
  }
}
