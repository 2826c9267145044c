// Series and Frame: time series as columns, not objects, so that a million points stay a few allocations.

import { InputError } from './errors.ts'

/** One measured quantity over time. `times` epoch ms UTC, strictly increasing; `values` in `unit`; NaN is a gap. */
export type Series = {
  readonly name: string
  readonly unit: string
  readonly times: Float64Array
  readonly values: Float64Array
}

/** One column of a Frame. `values` has the frame's length; NaN is a gap. */
export type Channel = {
  readonly name: string
  /** A unit of `core/units.ts`, or '' when nobody knows. */
  readonly unit: string
  readonly values: Float64Array
}

/** Aligned series that share their times: what is fitted, generated, validated and stored in bulk. */
export type Frame = {
  /** Epoch ms UTC, strictly increasing. */
  readonly times: Float64Array
  readonly channels: readonly Channel[]
}

/** Returns the frame, or throws InputError when columns disagree in length, repeat a name, or time does not increase. */
export function checkFrame(frame: Frame): Frame {
  const { times, channels } = frame
  const names = new Set<string>()
  for (const channel of channels) {
    if (names.has(channel.name)) throw new InputError(`two channels are called '${channel.name}'`)
    names.add(channel.name)
    if (channel.values.length !== times.length) {
      throw new InputError(`channel '${channel.name}' has ${channel.values.length} values for ${times.length} times`)
    }
  }
  for (let i = 1; i < times.length; i++) {
    if (!(times[i]! > times[i - 1]!))
      throw new InputError(`time does not increase at row ${i}: ${times[i - 1]} then ${times[i]}`)
  }
  return frame
}

/** The channel of that name, or undefined. */
export const channelOf = (frame: Frame, name: string): Channel | undefined =>
  frame.channels.find((c) => c.name === name)

/** Rows `from` (inclusive) to `to` (exclusive), sharing memory with the frame. */
export const sliceFrame = (frame: Frame, from: number, to: number): Frame => ({
  times: frame.times.subarray(from, to),
  channels: frame.channels.map((c) => ({ ...c, values: c.values.subarray(from, to) })),
})

/** The median distance of neighbouring times, ms; NaN for fewer than two rows. */
export function medianStep_ms(times: Float64Array): number {
  if (times.length < 2) return Number.NaN
  const steps = new Float64Array(times.length - 1)
  for (let i = 1; i < times.length; i++) steps[i - 1] = times[i]! - times[i - 1]!
  steps.sort()
  return steps[steps.length >> 1]!
}

/** Index of the first time at or after `at`; the number of times when there is none. Times increase. */
export function firstRowAt(times: Float64Array, at: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle]! < at) low = middle + 1
    else high = middle
  }
  return low
}
