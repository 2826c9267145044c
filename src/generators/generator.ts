// The Generator port: fit a model to a real frame (or to nothing), then sample synthetic frames from it.

import type { z } from 'zod'
import type { Rng } from '#core/rng.ts'
import type { Frame } from '#core/series.ts'

export type FitOptions = {
  readonly rng: Rng
  readonly signal?: AbortSignal
  /** Called with 0..1 and what is being done. */
  readonly progress?: (fraction: number, step: string) => void
}

export type SampleOptions = {
  /** First instant, epoch ms, and distance of rows, ms. */
  readonly from: number
  readonly step_ms: number
  /** Number of rows; Infinity streams until the caller stops. */
  readonly length: number
  readonly rng: Rng
  /** Most rows of one chunk, default 4096. The bytes do not depend on it. */
  readonly chunk?: number
  readonly signal?: AbortSignal
}

/** Ground truth of what was planted: rows [from, to) of one channel, epoch ms. */
export type Anomaly = {
  readonly kind: string
  readonly channel: string
  readonly from: number
  readonly to: number
  readonly magnitude: number
}

/** What a person should know of a model before trusting it. */
export type ModelCard = {
  readonly generator: string
  readonly version: number
  readonly summary: string
  readonly channels: readonly { readonly name: string; readonly unit: string }[]
  /** What it was fitted on; absent for presets. */
  readonly fitted?: { readonly from: number; readonly to: number; readonly rows: number }
  /** Median distance of the rows it learned from, ms: the natural step. */
  readonly step_ms: number
  /** What was found: periods, trends, correlations, in plain words. */
  readonly findings: readonly string[]
}

export type Model = {
  readonly card: ModelCard
  /** Streams chunks. The same model, options and rng give the same bytes, whatever the chunk size. */
  sample(options: SampleOptions): Iterable<Frame>
  /**
   * Seekable models only: the values of every channel at one instant, NaN for a gap; bit-equal to what `sample`
   * gives for that instant. `into` has one slot per channel of the card.
   */
  at?(time: number, rng: Rng, into: Float64Array): void
  /** Anomalies planted in [from, to). */
  anomalies(range: { from: number; to: number }, rng: Rng): Anomaly[]
  /**
   * How much later (or, below 0, earlier) than its due instant on the natural grid a reading is taken, ms; readings keep
   * their order. `sample` stays on the grid; who streams readings adds it. Absent: always punctual.
   */
  jitter?(time: number, rng: Rng): number
  /** A JSON document from which the generator's `load` makes the same model. */
  save(): unknown
}

export type Generator<P extends z.ZodType = z.ZodType> = {
  readonly name: string
  readonly summary: string
  /** Parameters; `{}` must be valid. */
  readonly params: P
  /** Names of ready-made channels that `params.channels` takes, such as 'temperature'. */
  readonly presets?: readonly string[]
  readonly capabilities: {
    /** Whether it can make data without a real frame. */
    readonly preset: boolean
    readonly fit: boolean
    readonly seekable: boolean
    readonly multivariate: boolean
    readonly anomalies: boolean
  }
  /** A model from parameters alone. Throws InputError when the generator needs data. */
  preset(params: z.infer<P>): Model
  /** Throws InputError when the frame is too short or too empty to learn from; says how much is needed. */
  fit(frame: Frame, params: z.infer<P>, options: FitOptions): Promise<Model>
  /** Throws InputError when the document is not one of ours. */
  load(document: unknown): Model
}

export const defineGenerator = <P extends z.ZodType>(generator: Generator<P>): Generator<P> => generator
