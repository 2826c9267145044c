// One hue per channel name, the same on every page. Six hues after Okabe & Ito ("Color Universal Design", 2008), moved in
// lightness until each is readable on its ground; colours.test.ts holds them apart for the three colour-vision deficiencies.

export type Theme = 'light' | 'dark'

export const hues = ['vermillion', 'blue', 'rose', 'green', 'ochre', 'indigo'] as const
export type Hue = (typeof hues)[number]

export const palette: Record<Theme, Record<Hue, string>> = {
  light: {
    vermillion: '#cf4e12',
    blue: '#1277c4',
    rose: '#b23c86',
    green: '#12805c',
    ochre: '#8f6c00',
    indigo: '#4b45b0',
  },
  dark: {
    vermillion: '#ff8552',
    blue: '#5cb2f7',
    rose: '#f08cc6',
    green: '#3fcf9b',
    ochre: '#e6c03c',
    indigo: '#a79dff',
  },
}

export const grounds: Record<Theme, string> = { light: '#ffffff', dark: '#131618' }

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

/** The order in which channels are shown: what people look for first, then by name. */
export function orderChannels(channels: readonly string[]): string[] {
  const rank = (channel: string) => {
    const at = known.findIndex(([pattern]) => pattern.test(channel))
    return at < 0 ? known.length : at
  }
  return [...channels].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
}
