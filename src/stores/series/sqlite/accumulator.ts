// One series of buckets while it is being made. Values and rollups come in order of time, so only one bucket is open.
// Percentiles are exact: linear between closest ranks, position (n - 1) * p (type 7 of Hyndman and Fan 1996), as numpy
// and PostgreSQL's percentile_cont.

import { InputError } from '#core/errors.ts'
import type { Aggregate, BucketSeries } from '../store.ts'

/** Of one answer. A chart has hundreds; a whole export of minutes of a year half a million. */
export const bucketsMost = 2_000_000

const percentiles: Partial<Record<Aggregate, number>> = { p50: 0.5, p95: 0.95, p99: 0.99 }
export const isPercentile = (aggregate: Aggregate): boolean => percentiles[aggregate] !== undefined

export type Budget = { buckets: number }

export class Accumulator {
  readonly device: string
  readonly channel: string
  private readonly bucket_ms: number
  private readonly aggregates: readonly Aggregate[]
  private readonly budget: Budget
  private times = new Float64Array(16)
  private readonly columns: Float64Array[]
  private length = 0
  private start = Number.NaN
  private end = Number.NEGATIVE_INFINITY
  private count = 0
  private sum = 0
  private min = 0
  private max = 0
  private first = 0
  private last = 0
  /** Values of the open bucket, where percentiles are wanted. */
  private values: Float64Array | undefined

  constructor(device: string, channel: string, bucket_ms: number, aggregates: readonly Aggregate[], budget: Budget) {
    this.device = device
    this.channel = channel
    this.bucket_ms = bucket_ms
    this.aggregates = aggregates
    this.budget = budget
    this.columns = aggregates.map(() => new Float64Array(16))
    this.values = aggregates.some(isPercentile) ? new Float64Array(64) : undefined
  }

  addValue(time: number, value: number): void {
    if (time >= this.end) this.open(time, value)
    if (this.values) {
      if (this.count === this.values.length) this.values = grown(this.values)
      this.values[this.count] = value
    }
    this.count++
    this.sum += value
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    this.last = value
  }

  /** A rollup entry of seven numbers that lies inside of one bucket. */
  addRollup(entries: Float64Array, at: number): void {
    if (entries[at]! >= this.end) this.open(entries[at]!, entries[at + 5]!)
    this.count += entries[at + 1]!
    this.sum += entries[at + 2]!
    this.min = Math.min(this.min, entries[at + 3]!)
    this.max = Math.max(this.max, entries[at + 4]!)
    this.last = entries[at + 6]!
  }

  finish(): BucketSeries {
    this.close()
    const columns = Object.fromEntries(this.aggregates.map((name, i) => [name, this.columns[i]!.slice(0, this.length)]))
    return { device: this.device, channel: this.channel, times: this.times.slice(0, this.length), columns }
  }

  private open(time: number, value: number): void {
    this.close()
    this.start = Math.floor(time / this.bucket_ms) * this.bucket_ms
    this.end = this.start + this.bucket_ms
    this.sum = 0
    this.min = value
    this.max = value
    this.first = value
  }

  private close(): void {
    if (this.count === 0) return
    if (--this.budget.buckets < 0) {
      throw new InputError(`the answer has more than ${bucketsMost} buckets: ask for wider ones or a shorter range`, [
        { field: 'bucket', message: `${this.bucket_ms} ms is too narrow for this range` },
      ])
    }
    if (this.length === this.times.length) {
      this.times = grown(this.times)
      this.columns.forEach((column, i) => {
        this.columns[i] = grown(column)
      })
    }
    if (this.values) this.values.subarray(0, this.count).sort()
    this.times[this.length] = this.start
    for (let i = 0; i < this.aggregates.length; i++) this.columns[i]![this.length] = this.value(this.aggregates[i]!)
    this.length++
    this.count = 0
  }

  private value(aggregate: Aggregate): number {
    switch (aggregate) {
      case 'avg':
        return this.sum / this.count
      case 'count':
      case 'sum':
      case 'min':
      case 'max':
      case 'first':
      case 'last':
        return this[aggregate]
      default: {
        const position = (this.count - 1) * percentiles[aggregate]!
        const low = this.values![Math.floor(position)]!
        return low + (position % 1) * (this.values![Math.ceil(position)]! - low)
      }
    }
  }
}

function grown(list: Float64Array): Float64Array<ArrayBuffer> {
  const result = new Float64Array(list.length * 2)
  result.set(list)
  return result
}
