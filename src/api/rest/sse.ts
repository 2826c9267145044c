// Server-sent events (WHATWG HTML, 9.2). The next group is asked for when the last one has left, so a slow listener
// holds up only itself; a comment now and then keeps proxies from closing what is merely quiet.

import type { ServerResponse } from 'node:http'
import type { Clock } from '#core/clock.ts'

export const heartbeat_ms = 15_000

export async function sendEvents(
  response: ServerResponse,
  events: AsyncIterable<{ event: string; data: unknown }>,
  { clock, signal, headers }: { clock: Clock; signal: AbortSignal; headers: Record<string, string> },
): Promise<void> {
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Some proxies collect what they forward unless they are told not to.
    'x-accel-buffering': 'no',
  })
  response.write('retry: 2000\n\n')
  void heartbeat(response, clock, signal)
  try {
    for await (const { event, data } of events) {
      if (!response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)) await drained(response, signal)
    }
  } finally {
    response.end()
  }
}

async function heartbeat(response: ServerResponse, clock: Clock, signal: AbortSignal) {
  try {
    for (;;) {
      await clock.sleep(heartbeat_ms, signal)
      response.write(': still here\n\n')
    }
  } catch {
    // The signal ends it.
  }
}

const drained = (response: ServerResponse, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    response.on('drain', done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
