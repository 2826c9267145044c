// A progress line on stderr, drawn in place and only on a terminal; silent elsewhere.

import type { Io } from './io.ts'

export type Progress = {
  /** `fraction` 0..1 where it is known; drawn at most 10 times per second. */
  show(text: string, fraction?: number): void
  clear(): void
}

const width = 24
const between_ms = 100

export function progressOn({ terminal, stderr, clock }: Io): Progress {
  if (!terminal.error) return { show() {}, clear() {} }
  let last = Number.NEGATIVE_INFINITY
  let drawn = false
  return {
    show(text, fraction) {
      if (clock.now() - last < between_ms) return
      last = clock.now()
      drawn = true
      stderr.write(
        `\r\x1b[2K${fraction === undefined ? '' : `${bar(fraction)} `}${text.slice(0, terminal.width - width - 8)}`,
      )
    },
    clear() {
      if (drawn) stderr.write('\r\x1b[2K')
      drawn = false
    },
  }
}

function bar(fraction: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width)
  return `${'━'.repeat(filled)}${'─'.repeat(width - filled)} ${String(Math.floor(fraction * 100)).padStart(3)} %`
}
