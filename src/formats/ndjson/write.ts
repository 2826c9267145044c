// Writes chunks as NDJSON in the form that the telemetry door takes: {"device", "recordedAt", "values": {..}}.

import { formatTime } from '#core/time.ts'
import type { Chunk, Writer } from '../format.ts'

/** Gaps are left out; a row without any value is written without values, so that nothing is lost. */
export const write: Writer = async function* (chunks) {
  const encoder = new TextEncoder()
  for await (const chunk of chunks) yield encoder.encode(linesOf(chunk))
}

function linesOf({ device, frame: { times, channels } }: Chunk): string {
  const names = channels.map(({ name }) => JSON.stringify(name))
  const prefix = device === undefined ? '{' : `{"device":${JSON.stringify(device)},`
  let text = ''
  for (let i = 0; i < times.length; i++) {
    let values = ''
    for (let c = 0; c < channels.length; c++) {
      const value = channels[c]!.values[i]!
      if (!Number.isNaN(value)) values += `${values ? ',' : ''}${names[c]}:${Object.is(value, -0) ? '-0' : value}`
    }
    text += `${prefix}"recordedAt":"${formatTime(times[i]!)}","values":{${values}}}\n`
  }
  return text
}
