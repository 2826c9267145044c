// One hue per channel name, the same on every page. Six hues after Okabe & Ito ("Color Universal Design", 2008), searched
// for the least change that keeps each visible on its ground and all apart: colours.test.ts holds both, for the three
// colour-vision deficiencies too.

export type Theme = 'light' | 'dark'

export const hues = ['vermillion', 'blue', 'rose', 'green', 'ochre', 'indigo'] as const
export type Hue = (typeof hues)[number]

export const palette: Record<Theme, Record<Hue, string>> = {
  light: {
    vermillion: '#c84e1e',
    blue: '#0d77bf',
    rose: '#b24090',
    green: '#237a52',
    ochre: '#b68605',
    indigo: '#4346b9',
  },
  dark: {
    vermillion: '#fe884a',
    blue: '#40a0f4',
    rose: '#e38cc2',
    green: '#69d092',
    ochre: '#f4c139',
    indigo: '#b0b2fc',
  },
}

/** What the lines are drawn on: `--paper` of base.css. */
export const grounds: Record<Theme, string> = { light: '#fafaf8', dark: '#0f1214' }

const known: readonly (readonly [RegExp, Hue])[] = [
  [/temp|heat|cpu/i, 'vermillion'],
  [/hum|moist|water|receiv|_rx|_in$/i, 'blue'],
  [/press|baro|memory/i, 'rose'],
  [/batter|disk|co2/i, 'green'],
  [/light|lux|power|energy|load|sent|_tx|_out$/i, 'ochre'],
  [/vibra|count|process|speed|traffic/i, 'indigo'],
]

/** The hue of a channel, from its name alone. */
export function hueOf(channel: string): Hue {
  const match = known.find(([pattern]) => pattern.test(channel))
  if (match) return match[1]
  let hash = 2166136261
  for (let i = 0; i < channel.length; i++) hash = Math.imul(hash ^ channel.charCodeAt(i), 16777619)
  return hues[(hash >>> 0) % hues.length]!
}

/** As CSS: follows the theme by itself. */
export const cssHue = (channel: string): string => `var(--hue-${hueOf(channel)})`

/**
 * The order in which channels are shown: one of each kind first, in the order in which people look for them, then the next
 * of each; what Millrace measures of itself comes last.
 */
export function orderChannels(channels: readonly string[]): string[] {
  const kinds = new Map<number, number>()
  const ranked = [...channels].sort().map((channel) => {
    const own = channel.startsWith('millrace_')
    const at = known.findIndex(([pattern]) => pattern.test(channel))
    const kind = own ? known.length + 1 : at < 0 ? known.length : at
    const turn = kinds.get(kind) ?? 0
    kinds.set(kind, turn + 1)
    return { channel, rank: (kind >= known.length ? 1000 * kind : 0) + turn * (known.length + 2) + kind }
  })
  return ranked.sort((a, b) => a.rank - b.rank).map(({ channel }) => channel)
}
