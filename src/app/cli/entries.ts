// Every command by name with its summary, and how its group is loaded. Written by hand so that `millrace --help` loads
// nothing else; a test holds it to the groups and the groups to the operations.

import type { Group } from './command.ts'

type Entry = { readonly name: string; readonly summary: string; readonly load: () => Promise<Group> }

const drawn = (name: string) => () => import('./groups.ts').then((m) => m.groupOf(name))
const connected = () => import('./connect.ts').then((m) => m.connect)
const single = (group: Promise<Group['main']>, name: string): Promise<Group> =>
  group.then((main) => ({ name, summary: main!.summary, main: main!, commands: [] }))

export const sections: readonly { title: string; entries: readonly Entry[] }[] = [
  {
    title: 'Run',
    entries: [
      {
        name: 'up',
        summary: 'Start the server, the dashboard and what streams',
        load: () =>
          single(
            import('./up.ts').then((m) => m.upCommand),
            'up',
          ),
      },
      {
        name: 'health',
        summary: 'Ask a running server how it is',
        load: () =>
          single(
            import('./health.ts').then((m) => m.healthCommand),
            'health',
          ),
      },
    ],
  },
  {
    title: 'Readings',
    entries: [
      {
        name: 'import',
        summary: 'Bring readings from CSV, NDJSON and Parquet files',
        load: async () =>
          single(
            import('./import.ts').then(async (m) => m.importCommand(await connected())),
            'import',
          ),
      },
      {
        name: 'query',
        summary: 'Show readings, aggregates or the latest values',
        load: async () =>
          single(
            import('./export.ts').then(async (m) => m.queryCommand(await connected())),
            'query',
          ),
      },
      {
        name: 'export',
        summary: 'Write readings as CSV or NDJSON',
        load: async () =>
          single(
            import('./export.ts').then(async (m) => m.exportCommand(await connected())),
            'export',
          ),
      },
      { name: 'devices', summary: 'List devices, look at one, describe one', load: drawn('devices') },
      { name: 'live', summary: 'Show readings as they arrive', load: drawn('live') },
      { name: 'ingest', summary: 'Show how the door does: rate, duplicates, rejects, latency', load: drawn('ingest') },
    ],
  },
  {
    title: 'Synthetic data',
    entries: [
      { name: 'twin', summary: 'Stream a synthetic twin beside a device', load: drawn('twin') },
      { name: 'fleet', summary: 'Run a fleet of synthetic devices', load: drawn('fleet') },
      {
        name: 'generate',
        summary: 'Write synthetic series to a file, without a server',
        load: () =>
          single(
            import('./generate.ts').then((m) => m.generateCommand),
            'generate',
          ),
      },
      { name: 'generators', summary: 'List generators, their presets and parameters', load: drawn('generators') },
    ],
  },
  {
    title: 'Administration',
    entries: [
      { name: 'keys', summary: 'API keys: list, create, delete', load: drawn('keys') },
      { name: 'tenants', summary: 'Tenants: list, create', load: drawn('tenants') },
      { name: 'settings', summary: "The tenant's settings", load: drawn('settings') },
      { name: 'overview', summary: 'What runs here, at a glance', load: drawn('overview') },
      {
        name: 'config',
        summary: 'Print the configuration and where each value came from',
        load: () =>
          single(
            import('./config-command.ts').then((m) => m.configCommand),
            'config',
          ),
      },
      {
        name: 'completion',
        summary: 'Print completion for bash, zsh or fish',
        load: () =>
          single(
            import('./completion.ts').then((m) => m.completionCommand(loadGroups)),
            'completion',
          ),
      },
    ],
  },
]

export const entries: readonly Entry[] = sections.flatMap((section) => section.entries)

export const loadGroup = (name: string): Promise<Group> => entries.find((entry) => entry.name === name)!.load()

function loadGroups(): Promise<Group[]> {
  return Promise.all(entries.map(async ({ load, summary }) => ({ ...(await load()), summary })))
}
