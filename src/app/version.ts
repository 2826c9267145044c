// The version of this program, from its package.json.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder that holds package.json, src and dashboard. */
export const root = join(import.meta.dirname, '..', '..')

export const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
