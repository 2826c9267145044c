// The statistical validator: does the candidate have the reference's distribution, memory and connections?
// Every measurement has a threshold; its score is 100 at no distance, 50 at the threshold and 0 at twice the threshold.
// `fidelity.overall` is the mean over the aspects (values, spread, memory, connections); an aspect is the mean of its
// measurements, those of a channel that only the reference has being 0. docs/guide/fidelity.md has what real data scores against itself.

import { InputError } from '#core/errors.ts'
import { channelOf, type Frame, medianStep_ms } from '#core/series.ts'
import { defineValidator, type Finding } from '../validator.ts'
import { gridded } from './grid.ts'
import {
  type Aspect,
  connectionsOf,
  differences,
  fewestSteps,
  type Measure,
  measuresOf,
  type Pair,
} from './measures.ts'

const fewest = 16
const aspects: readonly Aspect[] = ['values', 'spread', 'memory', 'connections']

export default defineValidator({
  name: 'statistical',
  summary: 'Distribution, memory and correlation of a candidate held against a real frame; fidelity 0..100.',
  needsReference: true,
  validate(candidate, reference) {
    if (!reference) throw new InputError('a reference is needed: the real frame to hold the candidate against')
    const pairs = pairsOf(candidate, reference)
    const measures = [...pairs.flatMap(measuresOf), ...connectionsOf(pairs)]
    const absent = absentFrom(pairs, reference)
    // What an absent channel would have been measured by scores 0: leaving a channel out must not raise the figure.
    const lost = [
      ...absent.flatMap(measuresOf),
      ...connectionsOf([...pairs, ...absent]).slice(connectionsOf(pairs).length),
    ]
    const scores = aspects.flatMap((aspect) => {
      const of = (all: readonly Measure[]) => all.filter((measure) => measure.aspect === aspect)
      const own = [...of(measures).map(scoreOf), ...of(lost).map(() => 0)]
      return own.length === 0 ? [] : [[aspect, average(own)] as const]
    })
    const overall = Math.round(10 * average(scores.map(([, score]) => score))) / 10
    const summary: Finding = {
      name: 'fidelity.overall',
      value: overall,
      threshold: 60,
      verdict: overall >= 60 ? 'pass' : overall >= 40 ? 'warn' : 'fail',
      why: `of 100, the mean of ${scores.map(([aspect, score]) => `${aspect} ${Math.round(score)}`).join(', ')}`,
    }
    return [summary, ...absent.map(absenceOf), ...measures.map(findingOf)]
  },
})

const average = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
const scoreOf = ({ value, threshold }: Measure) => 100 * Math.max(0, 1 - value / (2 * threshold))

function findingOf({ name, value, threshold, why }: Measure): Finding {
  const verdict = value <= threshold ? 'pass' : value <= 2 * threshold ? 'warn' : 'fail'
  return { name, value: Number(value.toPrecision(6)), threshold, verdict, why }
}

const absenceOf = ({ name }: Pair): Finding => ({
  name: `missing.${name}`,
  value: 1,
  threshold: 0,
  verdict: 'fail',
  why: `the reference has '${name}', the candidate fewer than ${fewest} values of it: all its measurements score 0`,
})

/** The values with a gap for what is not finite, or so large that a sum of squares would not be. */
const measurable = (values: Float64Array): Float64Array => values.map((x) => (Math.abs(x) < 1e140 ? x : Number.NaN))

/** The channels that both have, with enough values: as they are, and on one step. */
function pairsOf(candidate: Frame, reference: Frame): Pair[] {
  const names = (frame: Frame) => frame.channels.map((channel) => channel.name).join(', ') || 'none'
  const shared = reference.channels.flatMap(({ name, values }) => {
    const mine = channelOf(candidate, name)
    return mine ? [{ name, candidate: measurable(mine.values), reference: measurable(values) }] : []
  })
  if (shared.length === 0) {
    throw new InputError(
      `the frames share no channel: the candidate has ${names(candidate)}, the reference ${names(reference)}`,
    )
  }
  const enough = shared.filter((pair) => known(pair.candidate) >= fewest && known(pair.reference) >= fewest)
  if (enough.length === 0) {
    throw new InputError(`no shared channel has ${fewest} values in both frames, which is the least to compare`)
  }
  return enough.map((pair) => ({ ...pair, ...grids(pair.candidate, pair.reference, candidate.times, reference.times) }))
}

/** The channels with enough values of which the candidate has too few, each held against itself. */
function absentFrom(pairs: readonly Pair[], { times, channels }: Frame): Pair[] {
  return channels.flatMap(({ name, values }) => {
    const real = measurable(values)
    if (pairs.some((pair) => pair.name === name) || known(real) < fewest) return []
    return [{ name, candidate: real, reference: real, ...grids(real, real, times, times) }]
  })
}

/**
 * Both on the coarser of the frames' steps; on the coarser of the channel's own steps where it hardly ever has readings
 * in neighbouring cells of that: a channel may report in every second row only.
 */
function grids(candidate: Float64Array, reference: Float64Array, myTimes: Float64Array, realTimes: Float64Array) {
  const at = (step_ms: number) => ({
    candidateGrid: gridded(myTimes, candidate, step_ms),
    referenceGrid: gridded(realTimes, reference, step_ms),
  })
  const common = at(Math.max(medianStep_ms(myTimes), medianStep_ms(realTimes)))
  const dense = (grid: Float64Array) => known(differences(grid)) >= Math.max(fewestSteps, known(grid) / 10)
  if (dense(common.candidateGrid) && dense(common.referenceGrid)) return common
  const own = (times: Float64Array, values: Float64Array) =>
    medianStep_ms(times.filter((_, i) => !Number.isNaN(values[i]!)))
  return at(Math.max(own(myTimes, candidate), own(realTimes, reference)))
}

const known = (values: Float64Array) => values.reduce((count, x) => count + (Number.isNaN(x) ? 0 : 1), 0)
