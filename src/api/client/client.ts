// The typed client: `client.devices.list({ search: 'hall' })`, drawn from the types of the operations. At run time it
// needs only a table of routes and fetch, so nothing of the server is loaded, and it works in a browser.

import type { z } from 'zod'
import type { DocumentOperation, EventsOperation, RowsOperation } from '#platform/operation.ts'
import type { operations } from '#platform/operations.ts'
import { routes } from './routes.ts'
import { type ClientOptions, createTransport, type Route } from './transport.ts'

type Known = (typeof operations)[number]
type Named<N> = Extract<Known, { readonly name: N }>
type Groups = { [N in Known['name']]: N extends `${infer G}.${string}` ? G : N }[Known['name']]
type Verbs<G extends string> = Known['name'] extends infer N ? (N extends `${G}.${infer V}` ? V : never) : never

type Call<In, Out> =
  Record<never, never> extends In
    ? (input?: In, options?: CallOptions) => Out
    : (input: In, options?: CallOptions) => Out

type Method<O> =
  O extends DocumentOperation<infer I, infer R, string>
    ? Call<z.input<I>, Promise<z.output<R>>>
    : O extends RowsOperation<infer I, infer R, string>
      ? Call<z.input<I>, AsyncGenerator<z.output<R>, void, undefined>>
      : O extends EventsOperation<infer I, infer R, string>
        ? Call<z.input<I>, AsyncGenerator<{ event: string; data: z.output<R> }, void, undefined>>
        : never

export type CallOptions = { readonly signal?: AbortSignal }

/** `client.<group>.<verb>(input, { signal })`; an operation without a group is `client.<name>(...)`. */
export type Client = {
  readonly [G in Groups]: G extends Known['name']
    ? Method<Named<G>>
    : { readonly [V in Verbs<G>]: Method<Named<`${G}.${V}`>> }
}

/** Throws the four errors: InputError, NotFoundError, UnavailableError (also when nothing answers), BugError. */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport(options)
  const client: Record<string, unknown> = {}
  for (const [name, route] of Object.entries(routes as Record<string, Route>)) {
    const method = (input: Record<string, unknown> = {}, { signal }: CallOptions = {}) => {
      if (route.result === 'document') return transport.document(route, input, signal)
      if (route.result === 'events') return transport.events(route, input, signal)
      return flatten(transport.rows(route, input, signal))
    }
    const [group, verb] = name.split('.') as [string, string | undefined]
    if (verb === undefined) client[group] = Object.assign(method, client[group])
    else client[group] = Object.assign((client[group] ?? {}) as object, { [verb]: method })
  }
  return client as Client
}

async function* flatten<T>(pages: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const page of pages) yield* page
}
