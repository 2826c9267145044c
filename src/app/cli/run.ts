// Finds the command that the words name, reads its flags and runs it.

import { InputError } from '#core/errors.ts'
import { version } from '../version.ts'
import type { Command, Group } from './command.ts'
import { entries, loadGroup, sections } from './entries.ts'
import { commandHelp, groupHelp, overviewHelp } from './help.ts'
import { type Io, paintOf, write } from './io.ts'
import { nearest } from './nearest.ts'
import { parseLine } from './parse.ts'

/** The exit code. Throws what the command throws. */
export async function run(io: Io, argv: readonly string[]): Promise<number> {
  const paint = paintOf(io.terminal.colours)
  const [name, ...rest] = argv
  if (name === '--version' || name === '-V' || name === '-v') {
    await write(io.stdout, `${version}\n`)
    return 0
  }
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
    await write(io.stdout, overviewHelp(sections, version, paint))
    return 0
  }
  if (name === 'help') return run(io, [...rest, '--help'])
  if (!entries.some((entry) => entry.name === name)) throw unknown(name)
  const group = await loadGroup(name)
  const { command, words } = commandIn(group, rest)
  if (!command || (command === group.main && group.commands.length > 0 && asksForHelp(words))) {
    if (!command && words[0] !== undefined && !asksForHelp(words)) throw unknownWord(group, words[0])
    await write(io.stdout, groupHelp(group, paint))
    return 0
  }
  const args = parseLine(command, words)
  if (args.help) {
    await write(io.stdout, commandHelp(command, paint))
    return 0
  }
  return (await command.run(io, args)) ?? 0
}

/** `devices get boiler` is the command 'get' of the group; `query boiler` its main one. */
function commandIn(group: Group, rest: readonly string[]): { command: Command | undefined; words: readonly string[] } {
  const found = group.commands.find((command) => command.words[1] === rest[0])
  if (found) return { command: found, words: rest.slice(1) }
  const near = rest[0] !== undefined && group.main?.positionals.length === 0 && !rest[0].startsWith('-')
  return near ? { command: undefined, words: rest } : { command: group.main, words: rest }
}

const asksForHelp = (words: readonly string[]) => words.includes('--help') || words.includes('-h')

function unknown(name: string): InputError {
  if (name.startsWith('-')) return new InputError(`millrace has no flag ${name} before a command (see millrace --help)`)
  const near = nearest(
    name,
    entries.map((entry) => entry.name),
  )
  return new InputError(
    `there is no command '${name}'${near ? `; did you mean 'millrace ${near}'?` : ' (see millrace --help)'}`,
  )
}

function unknownWord(group: Group, word: string): InputError {
  const words = group.commands.map((command) => command.words[1]!)
  const near = nearest(word, words)
  return new InputError(
    `there is no 'millrace ${group.name} ${word}'; ${near ? `did you mean '${near}'?` : `there is ${words.join(', ')}`}`,
  )
}
