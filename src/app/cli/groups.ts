// The commands that are drawn from operations: which words name which operation, what its positionals are, and which
// columns a person sees. Everything else comes from the operation.

import { NotFoundError } from '#core/errors.ts'
import { formatDuration } from '#core/time.ts'
import type { Operation } from '#platform/operation.ts'
import { operations } from '#platform/operations.ts'
import type { Command, Group } from './command.ts'
import { connect } from './connect.ts'
import { commandOf, type Drawing } from './operation-command.ts'

type Drawn = Omit<Drawing, 'words'> & { readonly operation: string; readonly verb?: string }
type DrawnGroup = { readonly summary: string; readonly main?: Drawn; readonly commands?: readonly Drawn[] }

const columns = (...keys: string[]) => keys.map((key) => ({ key }))
const deviceColumns = columns('device', 'kind', 'location', 'lastSeenAt', 'firmware', 'ip', 'channels')
const fleetColumns = columns(
  'fleet',
  'state',
  'devices',
  'interval_ms',
  'speed',
  'sent',
  'accepted',
  'duplicate',
  'rejected',
  'late_ms',
)

/** The only place where words and operations meet. */
export const drawings: Readonly<Record<string, DrawnGroup>> = {
  overview: { summary: 'What runs here, at a glance', main: { operation: 'overview' } },
  devices: {
    summary: 'Devices: list them, look at one, describe one',
    main: { operation: 'devices.list', columns: deviceColumns },
    commands: [
      { verb: 'list', operation: 'devices.list', columns: deviceColumns },
      { verb: 'get', operation: 'devices.get', positionals: ['device'] },
      { verb: 'put', operation: 'devices.put', positionals: ['device'] },
    ],
  },
  live: {
    summary: 'Readings as they arrive',
    main: { operation: 'live.watch', positionals: ['devices'], streams: true },
  },
  ingest: {
    summary: 'How the door does',
    main: { operation: 'ingest.stats', view: ({ history: _, ...stats }) => stats },
  },
  keys: {
    summary: 'API keys',
    main: { operation: 'keys.list' },
    commands: [
      { verb: 'list', operation: 'keys.list' },
      {
        verb: 'create',
        operation: 'keys.create',
        after: () =>
          'Keep the key: it is not shown again. Use it as --key, MILLRACE_KEY or the header Authorization: Bearer <key>.',
      },
      { verb: 'delete', operation: 'keys.delete', positionals: ['prefix'] },
    ],
  },
  tenants: {
    summary: 'Tenants',
    main: { operation: 'tenants.list' },
    commands: [
      { verb: 'list', operation: 'tenants.list' },
      { verb: 'create', operation: 'tenants.create', positionals: ['tenant'] },
    ],
  },
  settings: {
    summary: "The tenant's settings",
    main: { operation: 'settings.get' },
    commands: [
      { verb: 'get', operation: 'settings.get' },
      { verb: 'put', operation: 'settings.put' },
    ],
  },
  generators: {
    summary: 'Generators, their presets and parameters',
    main: { operation: 'generators.list', columns: columns('generator', 'summary', 'presets') },
    commands: [
      { verb: 'list', operation: 'generators.list', columns: columns('generator', 'summary', 'presets') },
      { verb: 'get', operation: 'generators.get', positionals: ['generator'], view: generatorFacts },
    ],
  },
  twin: {
    summary: 'Synthetic twins of devices',
    main: { operation: 'twins.create', positionals: ['device'], streams: true, view: twinFacts, after: twinFindings },
    commands: [
      {
        verb: 'list',
        operation: 'twins.list',
        columns: columns('twin', 'device', 'state', 'fidelity', 'step_ms', 'seed', 'createdAt'),
      },
      { verb: 'stop', operation: 'twins.stop', positionals: ['twin'] },
    ],
  },
  fleet: {
    summary: 'Fleets of synthetic devices',
    main: { operation: 'fleets.start', streams: true, after: fleetAfter },
    commands: [
      { verb: 'list', operation: 'fleets.list', columns: fleetColumns },
      { verb: 'stop', operation: 'fleets.stop', positionals: ['fleet'] },
    ],
  },
}

/** Operations that have commands written by hand, or none because they draw charts. */
export const writtenByHand = [
  'telemetry.send',
  'query.readings',
  'query.latest',
  'query.aggregate',
  'query.chart',
  'generate',
]

function fleetAfter({ fleet }: Record<string, unknown>): string {
  return `\nfollow it: millrace fleet list   stop it: millrace fleet stop ${fleet}`
}

function twinFacts({ twin, device, state, fidelity, step_ms, seed }: Record<string, unknown>) {
  return {
    twin,
    device,
    state,
    fidelity: `${Math.round(Number(fidelity))} of 100`,
    step: formatDuration(Number(step_ms)),
    seed,
  }
}

/** What was learned, and where the twin is told apart. */
function twinFindings({ card, findings }: Record<string, unknown>): string {
  const learned = (card as { findings: string[] }).findings
  const weak = (findings as { name: string; verdict: string; why: string }[]).filter(
    ({ verdict }) => verdict === 'fail' || verdict === 'warn',
  )
  return [
    '',
    'learned',
    ...learned.slice(0, 12).map((line) => `  ${line}`),
    ...(weak.length > 0 ? ['', 'told apart by', ...weak.slice(0, 6).map(({ name, why }) => `  ${name}: ${why}`)] : []),
  ].join('\n')
}

/** Parameters of a generator by name; --json has the whole schema. */
function generatorFacts({ params, capabilities, presets, ...rest }: Record<string, unknown>) {
  const { properties = {} } = params as { properties?: Record<string, { description?: string; default?: unknown }> }
  const told = Object.entries(properties).map(([name, { description, default: fallback }]) => [
    `  ${name}`,
    `${description ?? ''}${fallback === undefined || typeof fallback === 'object' ? '' : ` (default ${fallback === '' ? "''" : fallback})`}`,
  ])
  const able = Object.entries(capabilities as object).flatMap(([name, can]) => (can ? [name] : []))
  return { ...rest, can: able, presets, params: '', ...Object.fromEntries(told) }
}

export async function groupOf(name: string): Promise<Group> {
  const { summary, main, commands = [] } = drawings[name]!
  const draw = ({ operation, verb, ...rest }: Drawn): Command =>
    commandOf(named(operation), { ...rest, words: verb ? [name, verb] : [name] }, connect)
  return { name, summary, ...(main ? { main: draw(main) } : {}), commands: commands.map(draw) }
}

function named(name: string): Operation {
  const found = (operations as readonly unknown[] as readonly Operation[]).find((operation) => operation.name === name)
  if (!found) throw new NotFoundError(`there is no operation '${name}'`)
  return found
}
