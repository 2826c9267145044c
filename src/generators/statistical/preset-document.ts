// A document from parameters alone: presets by name and signals spelled out.

import { cosTurns, exp, sinTurns } from '#core/elementary.ts'
import { InputError } from '#core/errors.ts'
import { day_ms, formatDuration } from '#core/time.ts'
import type { ChannelDocument, GapDocument, StatisticalDocument } from './document.ts'
import { octavesOfCorrelation } from './learn/octaves.ts'
import { presetNames, type SignalParams, type StatisticalParams } from './params.ts'
import { presets } from './presets.ts'

/** 2026-01-01: where the line of a spelled-out trend passes through its level. */
const trendAnchor = 1_767_225_600_000

export function presetDocument(params: StatisticalParams): StatisticalDocument {
  const wanted = params.channels ?? ['temperature', 'humidity', 'pressure', 'battery']
  const names = wanted.map((channel) => (typeof channel === 'string' ? channel : channel.name))
  const issues = wanted.flatMap((channel, i) => {
    if (typeof channel === 'string' && !(presetNames as readonly string[]).includes(channel)) {
      return [
        { field: `channels.${i}`, message: `there is no preset '${channel}'; presets: ${presetNames.join(', ')}` },
      ]
    }
    return names.indexOf(names[i]!) < i ? [{ field: `channels.${i}`, message: `'${names[i]}' stands there twice` }] : []
  })
  for (const [i, anomaly] of params.anomalies.entries()) {
    for (const name of anomaly.channels ?? []) {
      if (names.includes(name)) continue
      issues.push({
        field: `anomalies.${i}.channels`,
        message: `there is no channel '${name}'; channels: ${names.join(', ')}`,
      })
    }
  }
  if (issues.length > 0) throw new InputError(`cannot make this model: ${issues[0]!.message}`, issues)

  const step_ms = params.step_ms ?? (wanted.every((channel) => typeof channel !== 'string') ? 1000 : 10_000)
  const signals = wanted.filter((channel) => typeof channel !== 'string')
  const fromPresets = signals.length < wanted.length
  return {
    generator: 'statistical',
    version: 1,
    summary: `synthetic ${names.join(', ')}`,
    step_ms,
    channels: wanted.map((channel) =>
      typeof channel === 'string' ? presetChannel(channel) : signalChannel(channel, params),
    ),
    field: fieldOf(signals, step_ms),
    place: {
      device: params.device,
      latitude: params.latitude,
      longitude: params.longitude,
      altitude_m: params.altitude_m,
    },
    seasonality: params.seasonality,
    noise: params.noise,
    gaps: fromPresets && params.gaps > 0 ? [usualGaps(params.gaps, step_ms)] : [],
    jitter_ms: fromPresets ? Math.min(120, 0.05 * step_ms) : 0,
    anomalies: params.anomalies,
    findings: wanted.map((channel) => findingOf(channel)),
  }
}

function presetChannel(name: string): ChannelDocument {
  const { unit, lower, upper, resolution, scale } = presets[name as keyof typeof presets]
  return { name, unit, lower, upper, resolution, scale, source: { kind: 'preset', preset: name } }
}

function signalChannel(signal: SignalParams, params: StatisticalParams): ChannelDocument {
  const swing = signal.seasons.reduce((sum, season) => sum + season.amplitude ** 2 / 2, 0)
  return {
    name: signal.name,
    unit: signal.unit,
    lower: signal.lower,
    upper: signal.upper,
    resolution: signal.resolution,
    scale: Math.sqrt(swing + signal.noise ** 2),
    source: {
      kind: 'signal',
      level: signal.level,
      slope_per_ms: (params.trend * signal.slope_per_day) / day_ms,
      anchor: trendAnchor,
      // Phase 0 is a sine that rises at the epoch; the term keeps cosine and sine apart.
      terms: signal.seasons.map(({ period_ms, amplitude, phase }) => ({
        period_ms,
        cos: amplitude * sinTurns(phase),
        sin: amplitude * cosTurns(phase),
      })),
    },
  }
}

/** Independent noise per signal, with the octaves that its memory asks for. */
function fieldOf(signals: readonly SignalParams[], step_ms: number): StatisticalDocument['field'] {
  const d = signals.length
  const octaves = new Map<number, number[]>()
  for (const [c, { noise, memory_ms }] of signals.entries()) {
    const own =
      memory_ms > 0
        ? octavesOfCorrelation((lag) => exp((-lag * step_ms) / memory_ms), memory_ms / step_ms)
        : [{ spacing: 0, weight: 1 }]
    for (const { spacing, weight } of own) {
      if (noise === 0) continue
      const mixing = octaves.get(spacing) ?? new Array<number>(d * d).fill(0)
      mixing[c * d + c] = noise * Math.sqrt(weight)
      octaves.set(spacing, mixing)
    }
  }
  return [...octaves]
    .sort(([a], [b]) => a - b)
    .map(([spacing, mixing]) => ({ spacing, mixing, balanced: 1, anchor: 0 }))
}

/** One reading in 500 lost, and every few days an outage of minutes. */
const usualGaps = (scale: number, step_ms: number): GapDocument => ({
  single: Math.min(0.9, 0.002 * scale),
  rate_per_day: 0.2 * scale,
  lengths_ms: [2, 4, 8, 15, 40].map((minutes) => Math.max(step_ms, minutes * 60_000)),
})

function findingOf(channel: string | SignalParams): string {
  if (typeof channel === 'string') return `${channel}: ${presets[channel as keyof typeof presets].summary}`
  const { name, level, unit, seasons, noise, slope_per_day } = channel
  const periods = seasons.map(({ period_ms, amplitude }) => `${amplitude} every ${formatDuration(period_ms)}`)
  const trend = slope_per_day === 0 ? '' : `, trend ${slope_per_day} ${unit} a day`
  return `${name}: level ${level} ${unit}${trend}${periods.map((text) => `, ${text}`).join('')}, noise ${noise}`
}
