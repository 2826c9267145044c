// `millrace completion`: scripts for bash, zsh and fish with every command, word, flag and choice.

import { InputError } from '#core/errors.ts'
import type { Command, Group } from './command.ts'
import { helpFlag } from './command.ts'
import { write } from './io.ts'
import { nearest } from './nearest.ts'

const shells = { bash, zsh, fish }

/** `load` gives every group, with the summary that the help shows. */
export const completionCommand = (load: () => Promise<readonly Group[]>): Command => ({
  words: ['completion'],
  summary: 'Prints completion for bash, zsh or fish.',
  positionals: [{ name: 'shell', summary: 'bash, zsh or fish', required: true }],
  flags: [],
  examples: [
    { title: 'bash: in ~/.bashrc', line: 'millrace completion bash' },
    { title: 'zsh: in a folder of $fpath', line: 'millrace completion zsh' },
    { title: 'fish', line: 'millrace completion fish' },
  ],
  async run(io, { positionals: [shell = ''] }) {
    if (!Object.hasOwn(shells, shell)) {
      const near = nearest(shell, Object.keys(shells))
      throw new InputError(
        `there is no completion for '${shell}', but for bash, zsh and fish${near ? `; did you mean ${near}?` : ''}`,
      )
    }
    await write(io.stdout, shells[shell as keyof typeof shells](await load()))
    return undefined
  },
})

/** Every place where flags may stand: 'devices', 'devices get'. */
const placesOf = (group: Group): { words: string; command: Command }[] => [
  ...(group.main ? [{ words: group.name, command: group.main }] : []),
  ...group.commands.map((command) => ({ words: command.words.join(' '), command })),
]
const wordsOf = (group: Group) => group.commands.map((command) => command.words[1]!)
const flagsOf = (command: Command) => [...command.flags, helpFlag]

function bash(groups: readonly Group[]): string {
  const places = groups.flatMap(placesOf)
  const cases = (text: (place: { words: string; command: Command }) => string) =>
    places.map(text).filter(Boolean).join('\n')
  const choices = (words: string, command: Command) =>
    command.flags
      .filter((flag) => flag.choices)
      .map((flag) => `    '${words}:--${flag.name}') words='${flag.choices!.join(' ')}' ;;`)
      .join('\n')
  const files = [
    ...new Set(places.flatMap(({ command }) => command.flags.filter((f) => f.completes).map((f) => `--${f.name}`))),
  ]
  return `# completion for millrace in bash
_millrace() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words='' place="\${COMP_WORDS[1]}"
  case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
    ${groups.flatMap((group) => group.commands.map((command) => `'${command.words.join(' ')}'`)).join('|')}) [ "$COMP_CWORD" -gt 2 ] && place="\${COMP_WORDS[1]} \${COMP_WORDS[2]}" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${[...groups.map((group) => group.name), 'help', '--version', '--help'].join(' ')}' -- "$current")); return
  fi
  case "$previous" in ${files.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;; esac
  case "$place:$previous" in
${cases(({ words, command }) => choices(words, command))}
  esac
  if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$current")); return; fi
  case "$place" in
${cases(({ words, command }) => `    '${words}') words='${[...(words.includes(' ') ? [] : wordsOf(groups.find((g) => g.name === words)!)), ...flagsOf(command).map((f) => `--${f.name}`)].join(' ')}' ;;`)}
${groups
  .filter((group) => !group.main)
  .map((group) => `    '${group.name}') words='${wordsOf(group).join(' ')} --help' ;;`)
  .join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  case "$place" in import) [[ "$current" != -* ]] && COMPREPLY+=($(compgen -f -- "$current")) ;; esac
}
complete -o bashdefault -F _millrace millrace
`
}

function zsh(groups: readonly Group[]): string {
  const quote = (text: string) => text.replaceAll("'", "'\\''")
  const described = (name: string, summary: string) => `'${name}:${quote(summary.replaceAll(':', '\\:'))}'`
  const spec = (command: Command) =>
    flagsOf(command)
      .map((flag) => {
        const text = quote(flag.summary.replaceAll('[', '(').replaceAll(']', ')'))
        const value = !flag.value
          ? ''
          : flag.choices
            ? `:${flag.name}:(${flag.choices.join(' ')})`
            : flag.completes
              ? `:${flag.name}:_files`
              : `:${flag.name}:`
        return `'--${flag.name}[${text}]${value}'`
      })
      .concat(command.positionals.some((p) => p.completes) ? [`'*:file:_files'`] : [])
      .join(' ')
  const branch = (group: Group) => {
    const words = wordsOf(group)
    const subs = group.commands.map(
      (command) => `        ${command.words[1]}) shift words; (( CURRENT-- )); _arguments ${spec(command)} ;;`,
    )
    const list = `_values command ${group.commands.map((c) => `'${c.words[1]}[${quote(c.summary)}]'`).join(' ')}`
    const main = group.main ? `_arguments ${spec(group.main)}` : list
    return words.length === 0
      ? `    ${group.name}) ${main} ;;`
      : `    ${group.name}) if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then ${list}; else case $words[2] in\n${subs.join('\n')}\n        *) ${main} ;;\n      esac; fi ;;`
  }
  return `#compdef millrace
# completion for millrace in zsh
_millrace() {
  if (( CURRENT == 2 )); then
    local -a commands=(${groups.map(({ name, summary }) => described(name, summary)).join(' ')})
    _describe command commands
    return
  fi
  shift words; (( CURRENT-- ))
  case $words[1] in
${groups.map(branch).join('\n')}
  esac
}
if [ "$funcstack[1]" = "_millrace" ]; then _millrace "$@"; else compdef _millrace millrace; fi
`
}

function fish(groups: readonly Group[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = ['# completion for millrace in fish', 'complete -c millrace -f']
  for (const { name, summary } of groups)
    lines.push(`complete -c millrace -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`)
  for (const group of groups) {
    for (const { words, summary } of group.commands)
      lines.push(
        `complete -c millrace -n '__fish_seen_subcommand_from ${group.name}' -a ${words[1]} -d ${quote(summary)}`,
      )
    for (const { words, command } of placesOf(group)) {
      const [, second] = words.split(' ')
      const others = second ? `; and __fish_seen_subcommand_from ${second}` : ''
      for (const flag of flagsOf(command)) {
        const value = !flag.value
          ? ''
          : flag.choices
            ? ` -x -a ${quote(flag.choices.join(' '))}`
            : flag.completes
              ? ' -r -F'
              : ' -x'
        lines.push(
          `complete -c millrace -n '__fish_seen_subcommand_from ${group.name}${others}' -l ${flag.name}${flag.short ? ` -s ${flag.short}` : ''}${value} -d ${quote(flag.summary)}`,
        )
      }
      if (command.positionals.some((p) => p.completes))
        lines.push(`complete -c millrace -n '__fish_seen_subcommand_from ${group.name}' -F`)
    }
  }
  return `${lines.join('\n')}\n`
}
