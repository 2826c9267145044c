// Configuration: defaults < file < environment < flags. Every value remembers where it came from, and every error says
// which source, which key, what is wrong and what would be right.

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { InputError, type Issue, messageOf } from '#core/errors.ts'
import { nearest } from './cli/nearest.ts'

const wholeNumber = (low: number, high: number) => z.coerce.number().int().min(low).max(high)

/** Every key, once: its schema, default, environment variable and meaning. Flags are the keys in kebab-case. */
export const settings = {
  port: setting(wholeNumber(0, 65_535), 8080, 'MILLRACE_PORT', 'Port of the server; 0 takes any free one'),
  host: setting(
    z.string().min(1),
    '127.0.0.1',
    'MILLRACE_HOST',
    'Address to listen on; others than loopback need an API key',
  ),
  data: setting(z.string().min(1), './millrace-data', 'MILLRACE_DATA', 'Folder of the embedded database'),
  database: setting(
    z
      .string()
      .regex(/^(postgres|postgresql):\/\/\S+$/, 'a URL such as postgres://user:password@host:5432/name')
      .or(z.literal('')),
    '',
    'DATABASE_URL',
    'URL of a PostgreSQL database; the embedded one when empty',
  ),
  role: setting(
    z.enum(['all', 'api']),
    'all',
    'MILLRACE_ROLE',
    'What this process runs: all, or api (no host, fleets and twins)',
  ),
  demo: setting(
    wholeNumber(0, 10_000),
    20,
    'MILLRACE_DEMO',
    'Devices of the synthetic fleet that is made at the first start; 0 for none',
  ),
  measureHost: setting(
    z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]),
    true,
    'MILLRACE_MEASURE_HOST',
    "Whether this computer is measured as the device 'host'",
  ),
  log: setting(z.enum(['text', 'json']), 'text', 'MILLRACE_LOG', 'Form of log lines'),
  logLevel: setting(
    z.enum(['debug', 'info', 'warn', 'error']),
    'info',
    'MILLRACE_LOG_LEVEL',
    'Least level that is logged',
  ),
} as const

export type SettingName = keyof typeof settings
export type Config = { readonly [K in SettingName]: z.output<(typeof settings)[K]['schema']> }
/** 'default', a file's path, an environment variable or a flag. */
export type Origins = { readonly [K in SettingName]: string }
export type Loaded = { readonly config: Config; readonly origins: Origins; readonly file: string | undefined }

export const fileName = 'millrace.config.json'

export type Sources = {
  /** Values of flags by setting name, as typed. */
  readonly flags?: Readonly<Partial<Record<string, string | boolean>>>
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** The file named by --config; otherwise `millrace.config.json` in `folder`, where there is one. */
  readonly file?: string
  readonly folder?: string
}

/** Throws InputError naming every value that is wrong. */
export function loadConfig({ flags = {}, environment = {}, file, folder = '.' }: Sources = {}): Loaded {
  const path = file ?? environment['MILLRACE_CONFIG'] ?? (existsSync(resolve(folder, fileName)) ? fileName : undefined)
  const fromFile = path === undefined ? {} : readFile(resolve(folder, path), path)
  const issues: Issue[] = []
  for (const key of Object.keys(fromFile)) {
    if (Object.hasOwn(settings, key) || key === '$schema') continue
    const near = nearest(key, Object.keys(settings))
    issues.push({
      field: key,
      message: `${path}: there is no setting '${key}'${near ? `; did you mean '${near}'?` : ''}`,
    })
  }
  checkEnvironment(environment, issues)
  const config: Record<string, unknown> = {}
  const origins: Record<string, string> = {}
  for (const [key, { schema, fallback, variable }] of Object.entries(settings)) {
    const [origin, raw] = sourceOf(key, variable, flags, environment, fromFile, path) ?? ['default', fallback]
    const parsed = schema.safeParse(raw)
    if (!parsed.success)
      issues.push({ field: key, message: `${origin}: ${key} is ${JSON.stringify(raw)}; ${sayIssue(parsed.error)}` })
    else config[key] = parsed.data
    origins[key] = origin
  }
  if (issues.length > 0) throw new InputError(issues.map(({ message }) => message).join('\n'), issues)
  return { config: config as Config, origins: origins as Origins, file: path }
}

/** The value for people: passwords of URLs are masked. */
export function maskedValue(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^(\w+:\/\/[^:/@\s]+):[^@/\s]*@/, '$1:***@') : value
}

/** measureHost is --measure-host. */
export const flagOf = (name: string): string =>
  name.replace(/[A-Z_]/g, (c) => (c === '_' ? '-' : `-${c.toLowerCase()}`))

function setting<S extends z.ZodType>(schema: S, fallback: z.output<S>, variable: string, summary: string) {
  return { schema, fallback, variable, summary }
}

function sourceOf(
  key: string,
  variable: string,
  flags: NonNullable<Sources['flags']>,
  environment: NonNullable<Sources['environment']>,
  fromFile: Record<string, unknown>,
  path: string | undefined,
): [origin: string, raw: unknown] | undefined {
  if (flags[key] !== undefined) return [`--${flags[key] === false ? 'no-' : ''}${flagOf(key)}`, flags[key]]
  // An empty variable counts as not set, as most shells and compose files mean it.
  if (environment[variable]) return [variable, environment[variable]]
  return fromFile[key] === undefined ? undefined : [path!, fromFile[key]]
}

/** Variables that begin with MILLRACE_ and mean nothing are mistakes. These are read elsewhere. */
const otherVariables = /^MILLRACE_(CONFIG|URL|KEY|DEBUG|TEST_.*|SHARED_DATA|FORBID_SKIPS|BENCH_.*)$/

function checkEnvironment(environment: NonNullable<Sources['environment']>, issues: Issue[]): void {
  const known = Object.values(settings).map(({ variable }) => variable as string)
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('MILLRACE_') || known.includes(name) || otherVariables.test(name)) continue
    const near = nearest(name, known)
    issues.push({
      field: name,
      message: `environment: ${name} is not a setting${near ? `; did you mean ${near}?` : ''}`,
    })
  }
}

function readFile(path: string, shown: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new InputError(`the configuration file ${shown} cannot be read: ${messageOf(error)}`)
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (error) {
    throw new InputError(`${shown} is not JSON: ${messageOf(error)}`)
  }
  throw new InputError(`${shown} must hold one JSON object, such as {"port": 9090}`)
}

const sayIssue = (error: z.ZodError): string =>
  error.issues.map(({ message }) => message.replace(/^Invalid (input|option): /, '')).join(', ')
