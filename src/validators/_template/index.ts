// A minimal validator, to be copied: the share of missing values, held against the reference's.

import { InputError } from '#core/errors.ts'
import type { Frame } from '#core/series.ts'
import { defineValidator } from '../validator.ts'

export default defineValidator({
  name: 'template',
  summary: 'Share of missing values against the reference.',
  needsReference: true,
  validate(candidate, reference) {
    if (!reference) throw new InputError('a reference is needed: the real frame to hold the candidate against')
    if (candidate.times.length < 2 || reference.times.length < 2)
      throw new InputError('at least 2 rows are needed in both')
    const shared = candidate.channels.filter(({ name }) => reference.channels.some((other) => other.name === name))
    if (shared.length === 0) throw new InputError('the frames share no channel')
    return shared.map(({ name }) => {
      const value = Math.abs(missing(candidate, name) - missing(reference, name))
      return {
        name: `missing.${name}`,
        value,
        threshold: 0.05,
        verdict: value <= 0.05 ? 'pass' : 'fail',
        why: 'who builds on the data must meet as many gaps as reality has',
      }
    })
  },
})

function missing(frame: Frame, name: string): number {
  const { values } = frame.channels.find((channel) => channel.name === name)!
  return values.reduce((count, x) => count + (Number.isNaN(x) ? 1 : 0), 0) / values.length
}
