// Reads a command line by node:util parseArgs, with errors that name the flag and the nearest known one.

import { parseArgs } from 'node:util'
import { InputError } from '#core/errors.ts'
import { type Arguments, type Command, type Flag, helpFlag } from './command.ts'
import { nearest } from './nearest.ts'

/** Throws InputError for unknown flags, missing or bad values and missing positionals. */
export function parseLine(command: Command, argv: readonly string[]): Arguments & { help: boolean } {
  const flags = [...command.flags, helpFlag]
  const name = `millrace ${command.words.join(' ')}`
  const options = Object.fromEntries(
    flags.map((flag) => [
      flag.name,
      { type: flag.value ? ('string' as const) : ('boolean' as const), ...(flag.short ? { short: flag.short } : {}) },
    ]),
  )
  // '-1h' and '-7d' are values, not flags: they are tied to the flag before them.
  const { tokens } = parseArgs({
    args: tieNegatives(argv, flags),
    options,
    strict: false,
    allowPositionals: true,
    allowNegative: true,
    tokens: true,
  })
  const values: Record<string, string | boolean> = {}
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    // allowNegative takes the 'no-' off the name by itself.
    const negated = token.rawName.startsWith('--no-') && !token.name.startsWith('no-')
    const flag = flags.find((f) => f.name === token.name && !(negated && f.value))
    if (!flag) throw unknownFlag(token.rawName, flags, name)
    if (!flag.value) {
      if (token.value !== undefined) throw new InputError(`--${flag.name} takes no value`)
      values[flag.name] = !negated
      continue
    }
    if (token.value === undefined || (token.value.startsWith('--') && !token.inlineValue))
      throw new InputError(`--${flag.name} needs a value: --${flag.name} ${flag.value}`)
    checkChoice(flag, token.value)
    values[flag.name] = token.value
  }
  const help = values['help'] === true
  if (!help) checkPositionals(command, positionals, values, name)
  return { positionals, flags: values, help }
}

function checkPositionals(
  command: Command,
  positionals: readonly string[],
  values: Record<string, unknown>,
  name: string,
): void {
  const missing = command.positionals.filter((p, i) => p.required && positionals[i] === undefined)
  const absent = command.flags.filter((flag) => flag.required && values[flag.name] === undefined)
  const first = missing[0] ?? absent[0]
  if (first) {
    const what = missing[0] ? missing[0].name.toUpperCase() : `--${absent[0]!.name} ${absent[0]!.value}`
    const example = command.examples[0]
    throw new InputError(`${name} needs ${what}${example ? `, as in: ${example.line}` : ''}`)
  }
  const many = command.positionals.at(-1)?.many
  if (!many && positionals.length > command.positionals.length) {
    const extra = positionals[command.positionals.length]!
    throw new InputError(`${name} does not know what to do with '${extra}'`)
  }
}

function checkChoice(flag: Flag, value: string): void {
  if (!flag.choices || flag.choices.includes(value)) return
  const near = nearest(value, flag.choices)
  throw new InputError(
    `--${flag.name} is '${value}', but must be ${listed(flag.choices)}${near ? `; did you mean ${near}?` : ''}`,
  )
}

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`

function unknownFlag(raw: string, flags: readonly Flag[], name: string): InputError {
  const near = nearest(
    raw.replace(/^-+/, ''),
    flags.map((flag) => flag.name),
  )
  return new InputError(`${name} has no flag ${raw}${near ? `; did you mean --${near}?` : ` (see ${name} --help)`}`)
}

/** ['--from', '-1h'] as ['--from=-1h']. */
function tieNegatives(argv: readonly string[], flags: readonly Flag[]): string[] {
  const out: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!
    const next = argv[i + 1]
    const flag = flags.find((f) => f.value && (word === `--${f.name}` || word === `-${f.short}`))
    if (flag && next !== undefined && /^-\d/.test(next)) {
      out.push(`--${flag.name}=${next}`)
      i++
    } else out.push(word)
  }
  return out
}
