// Server-sent events in any pieces, as a network delivers them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventParser } from './events.ts'

const text = ': hello\n\nevent: readings\ndata: {"a":\ndata: 1}\n\nid: 7\ndata: plain\r\n\r\n: beat\n\ndata:tight\n\n'
const expected = [
  ['readings', '{"a":\n1}'],
  ['message', 'plain'],
  ['message', 'tight'],
]

test('events come out whole however the text is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 80 }), (lengths) => {
      const seen: [string, string][] = []
      const parse = eventParser((event, data) => seen.push([event, data]))
      let at = 0
      for (const length of lengths) {
        parse(text.slice(at, at + length))
        at += length
      }
      parse(text.slice(at))
      assert.deepEqual(seen, expected)
    }),
  )
})
