// A Command as the CLI knows it: words, positionals, flags, examples and what it does. Help, parsing, completion and the
// guide are drawn from this record.

import type { Io } from './io.ts'

export type Flag = {
  /** Without the dashes: 'from', 'dry-run'. */
  readonly name: string
  readonly short?: string
  /** Placeholder of its value: 'FILE'; a flag without one is a switch. */
  readonly value?: string
  readonly summary: string
  readonly choices?: readonly string[]
  /** Shown in the help. The command itself applies it. */
  readonly fallback?: string
  readonly required?: boolean
  /** Completion of its value. */
  readonly completes?: 'file' | 'folder'
}

export type Positional = {
  readonly name: string
  readonly summary: string
  readonly required?: boolean
  /** Takes all that follow. */
  readonly many?: boolean
  readonly completes?: 'file'
}

export type Arguments = {
  readonly positionals: readonly string[]
  /** By flag name; a switch is true or false. */
  readonly flags: Readonly<Partial<Record<string, string | boolean>>>
}

export type Command = {
  /** ['devices', 'get'] */
  readonly words: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly positionals: readonly Positional[]
  readonly flags: readonly Flag[]
  /** Command lines that work, each with what it does. */
  readonly examples: readonly { readonly title: string; readonly line: string }[]
  /** The exit code; 0 when nothing is returned. */
  run(io: Io, args: Arguments): Promise<number | undefined>
}

/** A command's family: `devices` and its `list`, `get`, `put`. `main` is what runs without a further word. */
export type Group = {
  readonly name: string
  readonly summary: string
  readonly main?: Command
  readonly commands: readonly Command[]
}

/** Flags that every command takes that talks to a server or a data folder. */
export const connectionFlags: readonly Flag[] = [
  {
    name: 'url',
    value: 'URL',
    summary: 'Server to talk to (MILLRACE_URL); otherwise the one that runs on the data folder, or the folder itself',
  },
  { name: 'key', value: 'KEY', summary: 'API key (MILLRACE_KEY)' },
  { name: 'data', value: 'FOLDER', summary: 'Data folder (MILLRACE_DATA)', completes: 'folder' },
  { name: 'database', value: 'URL', summary: 'PostgreSQL database (DATABASE_URL)' },
  { name: 'config', value: 'FILE', summary: 'Configuration file (MILLRACE_CONFIG)', completes: 'file' },
]

export const outputFlags: readonly Flag[] = [
  { name: 'json', summary: 'Print JSON for programs instead of a table' },
  { name: 'output', short: 'o', value: 'FILE', summary: 'Write the result to a file', completes: 'file' },
]

export const helpFlag: Flag = { name: 'help', short: 'h', summary: 'Show this help' }
