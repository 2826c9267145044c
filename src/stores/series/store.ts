// The SeriesStore port: readings in, columns out. Every method names its tenant first: no call can forget one.
//
// Durability: `append` resolves after the commit is on disk. Exactness: an id counts once per tenant for ever.
// Reads see every append that resolved before they began. Ranges are half-open, [from, to), epoch ms UTC.

import type { Reading, ReadingBatch } from '#core/reading.ts'
import type { Frame } from '#core/series.ts'
import type { Tenant } from '#core/tenant.ts'

export type Range = { readonly from: number; readonly to: number }

export const aggregates = ['count', 'sum', 'avg', 'min', 'max', 'first', 'last', 'p50', 'p95', 'p99'] as const
export type Aggregate = (typeof aggregates)[number]

/** What differs between backends, as data. */
export type StoreProfile = {
  readonly name: string
  /** Where the data lies, for people: a folder or a host. Never a password. */
  readonly location: string
  /** Most readings that one `append` should carry. */
  readonly batchLimit: number
  /** Whether several processes may write at once. */
  readonly shared: boolean
}

export type AppendOptions = { readonly unknownDevices: 'create' | 'refuse'; readonly signal?: AbortSignal }

export type ReadingsQuery = Range & {
  /** 1 or more device names; unknown ones simply have no readings. */
  readonly devices: readonly string[]
  /** Only these channels; readings that have none of them are left out. All when absent. */
  readonly channels?: readonly string[]
  /** Only readings that carry a label, found without reading the others. */
  readonly labelled?: boolean
  readonly order: 'ascending' | 'descending'
  /** Most readings of this page, 1 .. 10,000. */
  readonly limit: number
  /** Continues after the reading that a former page ended with: (recordedAt, device, id). */
  readonly after?: { readonly recordedAt: number; readonly device: string; readonly id: string }
}

export type BucketsQuery = Range & {
  readonly devices: readonly string[]
  readonly channels?: readonly string[]
  /** Width of a bucket, ms, a whole number >= 1. Buckets start at multiples of it since the epoch. */
  readonly bucket_ms: number
  readonly aggregates: readonly Aggregate[]
}

/** One device's and channel's buckets, empty ones left out. Columns have the length of `times`. */
export type BucketSeries = {
  readonly device: string
  readonly channel: string
  /** Start of each bucket, epoch ms, increasing. */
  readonly times: Float64Array
  readonly columns: Readonly<Partial<Record<Aggregate, Float64Array>>>
}

export type Latest = {
  readonly device: string
  /** Newest reading by recordedAt. */
  readonly recordedAt: number
  readonly receivedAt: number
  /** Newest value of each channel by recordedAt, with its time. */
  readonly values: Readonly<Record<string, { readonly value: number; readonly recordedAt: number }>>
}

export type SeriesStore = AsyncDisposable & {
  readonly profile: StoreProfile
  /**
   * Stores the batch in one transaction and answers one code of `stored` per reading, in order, after the commit.
   * A reading whose id is known is a duplicate (same payload) or a conflict (another payload) and is not stored;
   * that also holds within the batch, where the first one counts. Creates devices and channels as needed, and moves
   * the devices' last seen. Throws UnavailableError when the database cannot be reached; then nothing was stored,
   * or (connection lost during the commit) a repeat of the same batch answers truly.
   */
  append(tenant: Tenant, batch: ReadingBatch, options: AppendOptions): Promise<Uint8Array>
  /** One page of readings, ordered by (recordedAt, device, id). */
  readings(tenant: Tenant, query: ReadingsQuery): Promise<Reading[]>
  /**
   * One device's readings as a frame: one row per distinct recordedAt (readings that share it are merged, later
   * received wins), NaN where a channel is missing; the newest `limit` rows (<= 1,000,000) of the range.
   */
  frame(tenant: Tenant, device: string, query: Range & { channels?: readonly string[]; limit: number }): Promise<Frame>
  /** Aggregates per bucket. Ordered by (device, channel). Rollups are used where they give the same answer. */
  buckets(tenant: Tenant, query: BucketsQuery): Promise<BucketSeries[]>
  /** Newest values; of all devices when none are named. Devices without readings are left out. Ordered by device. */
  latest(tenant: Tenant, devices?: readonly string[]): Promise<Latest[]>
  /** First and last recordedAt and number of readings of a device; undefined when it has none. */
  extent(tenant: Tenant, device: string): Promise<{ from: number; to: number; count: number } | undefined>
  /** Brings rollups up to date for what was written; called while idle. Returns whether there is more to do. */
  maintain(tenant: Tenant): Promise<boolean>
}
