// Learns a model from a real frame: what kind of numbers each channel has, then (on normal scores) its seasons and the
// noise that the channels share, then gaps and jitter. See learn/ for each step.

import { InputError } from '#core/errors.ts'
import type { Frame } from '#core/series.ts'
import { formatDuration } from '#core/time.ts'
import { deviation, mean, present, quantile, sorted } from '#maths/statistics.ts'
import type { FitOptions } from '../generator.ts'
import type { ChannelDocument, StatisticalDocument } from './document.ts'
import { calibrate } from './learn/calibrate.ts'
import { mixingOf } from './learn/coregionalisation.ts'
import { type Grid, gapsOf, gridOf, jitterOf } from './learn/grid.ts'
import { marginalOf, normalScores } from './learn/marginal.ts'
import { isCounter, limitsOf, resolutionOf, slopeOf, spreadsOf } from './learn/nature.ts'
import { seasonsOf } from './learn/seasons.ts'
import type { StatisticalParams } from './params.ts'

type Learned = { readonly channel: ChannelDocument; readonly rest?: Float64Array; readonly findings: string[] }

export async function fit(
  whole: Frame,
  params: StatisticalParams,
  { signal, progress }: FitOptions,
): Promise<StatisticalDocument> {
  signal?.throwIfAborted()
  const frame = chosen(whole, params)
  const grid = gridOf(frame)
  const learned: Learned[] = []
  const findings: string[] = []
  for (const [c, { name, unit }] of frame.channels.entries()) {
    progress?.((0.7 * c) / frame.channels.length, `learning ${name}`)
    // Lets other work of this thread go on between channels.
    await new Promise((resolve) => setTimeout(resolve, 0))
    signal?.throwIfAborted()
    const column = grid.columns[c]!
    if (present(column).length < 8) {
      findings.push(`${name}: left out, it has ${present(column).length} values and 8 are needed`)
      continue
    }
    learned.push(learn(name, unit, column, grid, params))
  }
  if (learned.length === 0) {
    throw new InputError(
      'no channel has enough values to learn from: at least 8 each are needed, some hundred are good',
      [{ field: 'channels', message: 'every channel has fewer than 8 values' }],
    )
  }
  progress?.(0.75, 'correlations')
  await new Promise((resolve) => setTimeout(resolve, 0))
  signal?.throwIfAborted()
  const field = mixingOf(
    learned.flatMap(({ rest }) => (rest ? [rest] : [])),
    grid.from,
  )
  const gaps = params.gaps > 0 ? gapsOf(frame, grid.step_ms, params.gaps) : []
  const jitter_ms = jitterOf(frame.times, grid.step_ms)
  progress?.(0.85, 'calibration')
  const names = learned.map(({ channel }) => channel.name)
  const document: StatisticalDocument = {
    generator: 'statistical',
    version: 1,
    summary: `learned from ${frame.times.length} rows of ${names.join(', ')}`,
    step_ms: grid.step_ms,
    channels: learned.map(({ channel }) => channel),
    field,
    place: {
      device: params.device,
      latitude: params.latitude,
      longitude: params.longitude,
      altitude_m: params.altitude_m,
    },
    seasonality: params.seasonality,
    noise: params.noise,
    gaps: gaps.filter(({ channel }) => channel === undefined || names.includes(channel)),
    jitter_ms,
    anomalies: params.anomalies,
    fitted: { from: frame.times[0]!, to: frame.times[frame.times.length - 1]!, rows: frame.times.length },
    findings: [...learned.flatMap((one) => one.findings), ...findings],
  }
  document.findings.push(...sayGaps(document))
  const columns = frame.channels.flatMap(({ name }, c) => (names.includes(name) ? [grid.columns[c]!] : []))
  await calibrate(document, columns, grid.from, signal)
  progress?.(1, 'done')
  return document
}

function chosen(frame: Frame, { channels }: StatisticalParams): Frame {
  if (channels === undefined) return frame
  const picked = channels.map((wanted, i) => {
    const name = typeof wanted === 'string' ? wanted : wanted.name
    const channel = frame.channels.find((one) => one.name === name)
    if (channel) return channel
    const known = frame.channels.map((one) => one.name).join(', ')
    throw new InputError(`the frame has no channel '${name}'`, [
      { field: `channels.${i}`, message: `there is no channel '${name}'; channels: ${known}` },
    ])
  })
  return { times: frame.times, channels: picked }
}

function learn(name: string, unit: string, column: Float64Array, grid: Grid, params: StatisticalParams): Learned {
  const { from, step_ms } = grid
  const until = from + (grid.rows - 1) * step_ms
  const ascending = sorted(column)
  const resolution = resolutionOf(column)
  const limits = limitsOf(ascending, unit)
  const base = { name, unit, ...limits, resolution }
  const grain = resolution === undefined ? '' : `, resolution ${Number(resolution.toPrecision(6))}`
  const [first, last] = [ascending[0]!, ascending[ascending.length - 1]!]
  if (first === last) {
    const source = { kind: 'signal' as const, level: first, slope_per_ms: 0, anchor: 0, terms: [] }
    return {
      channel: { ...base, scale: Math.abs(first) * 0.05, source },
      rest: new Float64Array(grid.rows),
      findings: [`${name}: always ${first}`],
    }
  }
  if (isCounter(column, unit, resolution)) {
    const rate_per_ms = (params.trend * (last - first)) / (until - from)
    const scale = Math.max(resolution ?? 0, ((last - first) / grid.rows) * 5)
    const source = { kind: 'counter' as const, level: first, anchor: from, rate_per_ms, spreads: spreadsOf(column) }
    const perHour = Number((rate_per_ms * 3_600_000).toPrecision(3))
    return {
      channel: { ...base, scale, source },
      findings: [`${name}: a count that only rises, ${perHour} ${unit} an hour${grain}`],
    }
  }
  const slope = slopeOf(column)
  const middle = (grid.rows - 1) / 2
  const flat = slope === 0 ? column : column.map((x, i) => x - slope * (i - middle))
  const flatSorted = slope === 0 ? ascending : sorted(flat)
  // A trend may carry the flat values past a limit that the sum keeps: the limit is then the sensor's business alone.
  const marginal = marginalOf(flatSorted, slope === 0 ? limits : {})
  const { periods_ms, terms, rest, explained } = seasonsOf(normalScores(flat), from, step_ms)
  const centre = mean(rest)
  const scale = robustScale(flatSorted)
  const findings = [
    `${name}: ${round(quantile(ascending, 0.05))} to ${round(quantile(ascending, 0.95))} ${unit} for nine tenths of the time${grain}`,
  ]
  if (slope !== 0) {
    findings.push(
      `${name}: a trend of ${round((slope * 86_400_000) / step_ms)} ${unit} a day, held level after the data ends`,
    )
  }
  findings.push(
    periods_ms.length === 0
      ? `${name}: no season found`
      : `${name}: repeats every ${periods_ms.map((period) => formatDuration(period)).join(', ')} (${Math.round(100 * explained)} % of its variation)`,
  )
  return {
    channel: {
      ...base,
      scale,
      source: {
        kind: 'signal',
        level: 0,
        slope_per_ms: (params.trend * slope) / step_ms,
        anchor: from + middle * step_ms,
        ...(slope === 0 ? {} : { from, until }),
        terms: [...terms],
        marginal,
      },
    },
    rest: rest.map((x) => x - centre),
    findings,
  }
}

/** Standard deviation, or what the middle half of the values says of it, whichever is smaller but not nothing. */
function robustScale(ascending: Float64Array): number {
  const spread = (quantile(ascending, 0.75) - quantile(ascending, 0.25)) / 1.349
  const whole = deviation(ascending)
  return spread > 0.1 * whole ? Math.min(spread, whole) : whole
}

const round = (x: number) => Number(x.toPrecision(4))

function sayGaps({ gaps, jitter_ms, step_ms }: StatisticalDocument): string[] {
  const said = gaps.map(({ channel, single, rate_per_day, lengths_ms }) => {
    const longer =
      rate_per_day > 0
        ? `, ${round(rate_per_day)} longer gaps a day (median ${formatDuration(lengths_ms[lengths_ms.length >> 1]!)})`
        : ''
    return `${channel ?? 'rows'}: ${round(100 * single)} % missing singly${longer}`
  })
  if (jitter_ms > 0.005 * step_ms)
    said.push(`readings come ${Math.round(jitter_ms)} ms early or late (standard deviation)`)
  return said
}
