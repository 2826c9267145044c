// `millrace config`: every setting, its value and where it came from. Secrets are masked.

import { flagOf, type Loaded, loadConfig, maskedValue, type SettingName, settings } from '../config.ts'
import type { Arguments, Command, Flag } from './command.ts'
import { type Io, paintOf, write } from './io.ts'
import { tableOf } from './table.ts'

/** Flags of all settings, as `up` and `config` take them. */
export const settingFlags: readonly Flag[] = Object.entries(settings).map(
  ([name, { summary, variable, fallback, schema }]) => {
    const choices =
      'options' in schema && Array.isArray(schema.options) && schema.options.every((o) => typeof o === 'string')
        ? (schema.options as string[])
        : undefined
    const boolean = typeof fallback === 'boolean'
    return {
      name: flagOf(name),
      ...(name === 'port' ? { short: 'p' } : {}),
      ...(boolean
        ? {}
        : {
            value: choices
              ? name.toUpperCase()
              : typeof fallback === 'number'
                ? 'N'
                : name === 'data'
                  ? 'FOLDER'
                  : name === 'database'
                    ? 'URL'
                    : 'TEXT',
          }),
      summary: `${summary} (${variable})`,
      ...(choices ? { choices } : {}),
      ...(boolean
        ? { fallback: fallback ? 'on; --no-measure-host turns it off' : 'off' }
        : { fallback: String(fallback) }),
      ...(name === 'data' ? { completes: 'folder' as const } : {}),
    }
  },
)

export const configFileFlag: Flag = {
  name: 'config',
  value: 'FILE',
  summary: 'Configuration file, millrace.config.json otherwise (MILLRACE_CONFIG)',
  completes: 'file',
}

/** Configuration from a command line's flags and the environment. */
export function configOf(io: Io, { flags }: Arguments): Loaded {
  const given = Object.fromEntries(
    (Object.keys(settings) as SettingName[]).flatMap((name) =>
      flags[flagOf(name)] === undefined ? [] : [[name, flags[flagOf(name)]!]],
    ),
  )
  return loadConfig({
    flags: given,
    environment: io.environment,
    ...(flags['config'] === undefined ? {} : { file: String(flags['config']) }),
  })
}

export const configCommand: Command = {
  words: ['config'],
  summary: 'Prints the configuration and where each value came from.',
  description:
    'Later sources win: defaults, the file millrace.config.json (or --config), environment variables, flags. Secrets are masked.',
  positionals: [],
  flags: [{ name: 'json', summary: 'Print JSON' }, configFileFlag, ...settingFlags],
  examples: [
    { title: 'What holds here', line: 'millrace config' },
    { title: 'What a flag would change', line: 'millrace config --port 9090 --json' },
  ],
  async run(io, args) {
    const { config, origins, file } = configOf(io, args)
    const rows = (Object.keys(settings) as SettingName[]).map((name) => ({
      setting: name,
      value: maskedValue(config[name]),
      origin: origins[name],
    }))
    if (args.flags['json']) {
      const values = Object.fromEntries(rows.map(({ setting, value, origin }) => [setting, { value, origin }]))
      await write(io.stdout, `${JSON.stringify({ file: file ?? null, settings: values }, null, 2)}\n`)
      return undefined
    }
    const shown = rows.map((row) => ({ ...row, value: row.value === '' ? '' : String(row.value) }))
    await write(io.stdout, tableOf(shown, { now: io.clock.now(), paint: paintOf(io.terminal.colours) }))
    return undefined
  },
}
