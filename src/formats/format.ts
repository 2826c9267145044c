// The Format port: files become readings' columns. One folder per format: csv, ndjson, parquet.

import type { Frame } from '#core/series.ts'

export type ReadOptions = {
  /** Name of the time column; found by itself when absent. */
  readonly timeColumn?: string
  /** Columns to take; every numeric one when absent. */
  readonly channels?: readonly string[]
  /** Names of the columns, for files without a header; they replace those of a header. */
  readonly columns?: readonly string[]
  /** Column whose distinct values split the file into devices; one device when absent. */
  readonly deviceColumn?: string
  /**
   * For files without times: the first instant, epoch ms, and the distance of rows, ms. `start` alone places a column
   * of seconds since the beginning.
   */
  readonly start?: number
  readonly step_ms?: number
  readonly signal?: AbortSignal
}

/** What was found in a file, for people to check: which column became what, and what was skipped, with the line. */
export type ReadReport = {
  /** How the file is written: "csv, ';' between columns, decimal comma, header". */
  readonly layout: string
  /** '' when times are counted from `start` by `step_ms`. */
  readonly timeColumn: string
  /** How times are written: 'ISO 8601', 'epoch ms'. */
  readonly timeKind: string
  readonly deviceColumn?: string
  readonly channels: readonly { readonly name: string; readonly column: string; readonly unit: string }[]
  /** Columns that became no channel, and why. */
  readonly leftOut: readonly { readonly column: string; readonly reason: string }[]
  /** What a person may want to do otherwise: a column that seems to name devices. Cells that became gaps. */
  readonly notes: readonly string[]
  readonly rows: number
  /** Earliest and latest time, epoch ms; NaN before the first row. */
  readonly from: number
  readonly to: number
  readonly skipped: readonly { readonly line: number; readonly reason: string }[]
  /** Number of skipped rows; `skipped` names the first 100. */
  readonly skippedCount: number
}

/** Part of a file: a device's rows, in the order of the file (times may repeat or go back: it is raw material). */
export type Chunk = { readonly device?: string; readonly frame: Frame }

export type Source = {
  readonly report: ReadReport
  /** Chunks of at most 10,000 rows; `report` is complete after the last one. Taken once. */
  readonly chunks: AsyncIterable<Chunk>
  /** How much of the file has been read, 0..1. */
  fraction(): number
}

export type Format = {
  readonly name: string
  readonly summary: string
  /** File name endings, without the dot, and media types. */
  readonly extensions: readonly string[]
  readonly mediaTypes: readonly string[]
  /** Opens a file; throws InputError (file, line, column, what would be right) when it cannot be understood. */
  read(path: string, options: ReadOptions): Promise<Source>
}

export const defineFormat = (format: Format): Format => format
