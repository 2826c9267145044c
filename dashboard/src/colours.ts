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

/**
 * The hue of a channel, from its name alone; a name that says nothing takes the hue that its hash points to, or the next one
 * that none of its companions on the same device has.
 */
export function hueOf(channel: string, companions: readonly string[] = []): Hue {
  const named = knownHue(channel)
  if (named) return named
  const taken = new Map<Hue, number>(hues.map((hue) => [hue, 0]))
  const count = (hue: Hue) => taken.set(hue, taken.get(hue)! + 1)
  for (const companion of companions) {
    const hue = knownHue(companion)
    if (hue) count(hue)
  }
  const strangers = [...new Set([...companions, channel])].filter((name) => !knownHue(name)).sort()
  for (const name of strangers) {
    const least = Math.min(...taken.values())
    const start = hash(name) % hues.length
    const hue = hues.map((_, i) => hues[(start + i) % hues.length]!).find((one) => taken.get(one) === least)!
    if (name === channel) return hue
    count(hue)
  }
  return hues[0]
}

/** As CSS: follows the theme by itself. */
export const cssHue = (channel: string, companions?: readonly string[]): string =>
  `var(--hue-${hueOf(channel, companions)})`

const knownHue = (channel: string): Hue | undefined => known.find(([pattern]) => pattern.test(channel))?.[1]

/** FNV-1a. */
function hash(text: string): number {
  let state = 2166136261
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 16777619)
  return state >>> 0
}

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
