// An Operation is one thing a caller may do. REST, OpenAPI, the CLI and the typed client are renderings of this record.

import type { z } from 'zod'
import type { Tenant } from '#core/tenant.ts'
import type { KeyScope } from '#stores/catalogue/catalogue.ts'
import type { Platform } from './platform.ts'

export type Context = { readonly tenant: Tenant; readonly platform: Platform; readonly signal: AbortSignal }

/** A result of many rows, rendered as JSON, NDJSON or CSV as the caller asks. Rows are plain objects. */
export type Rows = {
  /** Names in the order of a CSV header, where they are known beforehand. */
  readonly columns?: readonly string[]
  readonly rows: AsyncIterable<readonly Record<string, unknown>[]>
  /** Known when the last row has been taken: continues this query where the page ended. */
  readonly cursor?: () => string | undefined
}

export type Example = { readonly title: string; readonly input: Record<string, unknown> }

/** What an answer is typed as: it is only read, so the product's own read-only types fit. */
export type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T

type Common<I extends z.ZodObject, N extends string> = {
  /** Group and verb: 'devices.list'. The CLI command is `millrace devices list`. */
  readonly name: N
  /** One sentence, for lists. */
  readonly summary: string
  /** More, for the page of this operation: plain words, what errors mean. */
  readonly description?: string
  readonly scope: KeyScope
  /** Path below /api/v1; `{field}` is taken from the input. Other fields are the query (GET, DELETE) or the JSON body. */
  readonly http: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
    readonly path: string
    /** The body is this field of the input alone (a list: as JSON or NDJSON), not an object with all of them. */
    readonly body?: string
  }
  readonly input: I
  readonly examples?: readonly Example[]
}

/** Answers one JSON document. */
export type DocumentOperation<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodType = z.ZodType,
  N extends string = string,
> = Common<I, N> & {
  readonly result: 'document'
  readonly output: O
  run(context: Context, input: z.infer<I>): Promise<Immutable<z.infer<O>>>
}

/** Answers many rows of one shape, streamed. `output` is the schema of one row. */
export type RowsOperation<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodType = z.ZodType,
  N extends string = string,
> = Common<I, N> & {
  readonly result: 'rows'
  readonly output: O
  run(context: Context, input: z.infer<I>): Promise<Rows>
}

/** Answers an endless stream of events (SSE). `output` is the schema of one event's data. */
export type EventsOperation<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodType = z.ZodType,
  N extends string = string,
> = Common<I, N> & {
  readonly result: 'events'
  readonly output: O
  run(context: Context, input: z.infer<I>): AsyncIterable<{ event: string; data: Immutable<z.infer<O>> }>
}

export type Operation = DocumentOperation | RowsOperation | EventsOperation

/** Keeps the types of name, input and output while the record is written. */
export const document = <I extends z.ZodObject, O extends z.ZodType, const N extends string>(
  operation: Omit<DocumentOperation<I, O, N>, 'result'>,
): DocumentOperation<I, O, N> => ({ ...operation, result: 'document' })

export const rows = <I extends z.ZodObject, O extends z.ZodType, const N extends string>(
  operation: Omit<RowsOperation<I, O, N>, 'result'>,
): RowsOperation<I, O, N> => ({ ...operation, result: 'rows' })

export const events = <I extends z.ZodObject, O extends z.ZodType, const N extends string>(
  operation: Omit<EventsOperation<I, O, N>, 'result'>,
): EventsOperation<I, O, N> => ({ ...operation, result: 'events' })
