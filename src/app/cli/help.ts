// Help pages, drawn from the commands.

import type { Command, Flag, Group } from './command.ts'
import { helpFlag } from './command.ts'
import type { Paint } from './io.ts'

/** Name and summary of what `millrace` can do, in the order of the help. */
export type Entry = { readonly name: string; readonly summary: string }

export function overviewHelp(
  sections: readonly { title: string; entries: readonly Entry[] }[],
  version: string,
  paint: Paint,
): string {
  const width = Math.max(...sections.flatMap(({ entries }) => entries.map(({ name }) => name.length)))
  const lines = [
    `${paint.bold('millrace')} ${version}: real device readings and their synthetic twins in one live stream`,
    '',
    `${paint.bold('Usage')}  millrace COMMAND [ARGUMENTS] [--flags]`,
  ]
  for (const { title, entries } of sections) {
    lines.push('', paint.bold(title))
    for (const { name, summary } of entries) lines.push(`  ${paint.accent(name.padEnd(width))}  ${summary}`)
  }
  lines.push(
    '',
    paint.bold('Examples'),
    '  millrace up                                 start the server and the dashboard',
    '  millrace import data.csv --device boiler    bring your own readings',
    '  millrace twin boiler                        stream a synthetic twin beside them',
    '',
    paint.dim('millrace COMMAND --help shows flags and examples of each.'),
  )
  return `${lines.join('\n')}\n`
}

/** `others` are the further commands of its group. */
export function commandHelp(command: Command, paint: Paint, others: readonly Command[] = []): string {
  const name = `millrace ${command.words.join(' ')}`
  const places = command.positionals.map((p) => {
    const text = `${p.name.toUpperCase()}${p.many ? '...' : ''}`
    return p.required ? text : `[${text}]`
  })
  const lines = [command.summary, '', `${paint.bold('Usage')}  ${[name, ...places].join(' ')} [--flags]`]
  if (command.description) lines.push('', ...wrap(command.description, 88))
  if (others.length > 0) lines.push('', paint.bold('Commands'), ...columns(others.map(entryOf), paint))
  if (command.positionals.length > 0) {
    lines.push('', paint.bold('Arguments'))
    lines.push(
      ...columns(
        command.positionals.map((p) => [p.name.toUpperCase(), p.summary]),
        paint,
      ),
    )
  }
  lines.push(
    '',
    paint.bold('Flags'),
    ...columns(
      [...command.flags, helpFlag].map((flag) => [flagText(flag), summaryOf(flag)]),
      paint,
    ),
  )
  if (command.examples.length > 0) {
    lines.push('', paint.bold('Examples'))
    for (const { title, line } of command.examples) lines.push(`  ${paint.dim(`# ${title}`)}`, `  ${line}`)
  }
  return `${lines.join('\n')}\n`
}

export function groupHelp(group: Group, paint: Paint): string {
  if (group.main) return commandHelp(group.main, paint, group.commands)
  const lines = [group.summary, '', `${paint.bold('Usage')}  millrace ${group.name} COMMAND [--flags]`]
  lines.push('', paint.bold('Commands'), ...columns(group.commands.map(entryOf), paint), '', paint.bold('Examples'))
  for (const { examples } of group.commands) if (examples[0]) lines.push(`  ${examples[0].line}`)
  return `${lines.join('\n')}\n`
}

const entryOf = ({ words, summary }: Command) => [words.join(' '), summary] as const

const flagText = ({ name, short, value }: Flag) => `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`

function summaryOf(flag: Flag): string {
  const notes = [
    ...(flag.choices ? [flag.choices.join('|')] : []),
    ...(flag.required ? ['required'] : []),
    ...(flag.fallback === undefined || flag.fallback === '' ? [] : [`default ${flag.fallback}`]),
  ]
  return notes.length > 0 ? `${flag.summary} (${notes.join('; ')})` : flag.summary
}

function columns(pairs: readonly (readonly [string, string])[], paint: Paint): string[] {
  const width = Math.min(30, Math.max(...pairs.map(([left]) => left.length)))
  return pairs.flatMap(([left, right]) => {
    const [first = '', ...rest] = wrap(right, Math.max(40, 98 - width))
    const indent = ' '.repeat(width + 4)
    const head =
      left.length > width
        ? [`  ${paint.accent(left)}`, `${indent}${first}`]
        : [`  ${paint.accent(left.padEnd(width))}  ${first}`]
    return [...head, ...rest.map((text) => indent + text)]
  })
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line && line.length + word.length + 1 > width) {
        lines.push(line)
        line = word
      } else line = line ? `${line} ${word}` : word
    }
    lines.push(line)
  }
  return lines
}
