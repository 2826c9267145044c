// The hostile table: what people and broken devices send, and what they are told.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkEvent, isFault } from './check.ts'
import { ahead_max_ms } from './limits.ts'
import { incomingReading } from './operations.ts'

const now = Date.UTC(2026, 10, 21, 6)
const good = { device: 'boiler', recordedAt: now, values: { temperature: 21.4 } }
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, i]))

const refused: readonly (readonly [title: string, event: unknown, field: string, reason: RegExp])[] = [
  ['null', null, '', /an object/],
  ['a number', 7, '', /not 7/],
  ['a text', 'boiler', '', /not "boiler"/],
  ['a list', [good], '', /not a list/],
  ['nothing in it', {}, 'device', /missing/],
  ['no device', { ...good, device: undefined }, 'device', /missing/],
  ['an empty device', { ...good, device: '' }, 'device', /1 to 128/],
  ['a long device', { ...good, device: 'x'.repeat(129) }, 'device', /1 to 128/],
  ['a device with a comma', { ...good, device: 'a,b' }, 'device', /1 to 128/],
  ['a device with a line break', { ...good, device: 'a\nb' }, 'device', /1 to 128/],
  ['a device that is a formula', { ...good, device: '=1+1' }, 'device', /1 to 128/],
  ['a device that is a number', { ...good, device: 5 }, 'device', /5 is not/],
  ['a device that ends with a space', { ...good, device: 'a ' }, 'device', /1 to 128/],
  ['an empty id', { ...good, id: '' }, 'id', /1 to 128 printable/],
  ['a long id', { ...good, id: 'x'.repeat(129) }, 'id', /1 to 128 printable/],
  ['an id with a zero byte', { ...good, id: 'a\0b' }, 'id', /printable/],
  ['an id with half a character', { ...good, id: 'a\ud800' }, 'id', /printable/],
  ['an id that is a number', { ...good, id: 12 }, 'id', /12 is not/],
  ['an id that is null', { ...good, id: null }, 'id', /printable/],
  ['no time', { ...good, recordedAt: undefined }, 'recordedAt', /missing/],
  ['a time in words', { ...good, recordedAt: 'yesterday' }, 'recordedAt', /"yesterday" is not a time/],
  ['31 February', { ...good, recordedAt: '2026-02-31T00:00:00Z' }, 'recordedAt', /not a time/],
  ['a time before 1970', { ...good, recordedAt: -1 }, 'recordedAt', /not a time/],
  ['a time that is NaN', { ...good, recordedAt: Number.NaN }, 'recordedAt', /not a time/],
  ['a time without end', { ...good, recordedAt: Number.POSITIVE_INFINITY }, 'recordedAt', /not a time/],
  ['a time that is true', { ...good, recordedAt: true }, 'recordedAt', /not a time/],
  [
    'the day after tomorrow',
    { ...good, recordedAt: now + ahead_max_ms + 1 },
    'recordedAt',
    /in the future.*2026-11-22T06:00:00/,
  ],
  ['the year 2199', { ...good, recordedAt: '2199-01-01' }, 'recordedAt', /in the future/],
  ['the year 9999', { ...good, recordedAt: '9999-01-01' }, 'recordedAt', /not a time/],
  ['no values', { ...good, values: undefined }, 'values', /must be an object/],
  ['values that are null', { ...good, values: null }, 'values', /must be an object/],
  ['values that are a list', { ...good, values: [1] }, 'values', /must be an object/],
  ['values that are a number', { ...good, values: 5 }, 'values', /must be an object/],
  ['no channel', { ...good, values: {} }, 'values', /no channel/],
  ['65 channels', { ...good, values: many(65) }, 'values', /65 channels.*64/],
  ['NaN', { ...good, values: { t: Number.NaN } }, 'values.t', /finite number, not NaN/],
  ['1e999', { ...good, values: JSON.parse('{"t":1e999}') }, 'values.t', /not Infinity/],
  ['a number too large to be summed up', { ...good, values: { t: 1.7e308 } }, 'values.t', /1e\+290/],
  ['a number in quotes', { ...good, values: { t: '21.4' } }, 'values.t', /not "21.4"/],
  ['true', { ...good, values: { t: true } }, 'values.t', /not true/],
  ['null', { ...good, values: { t: null } }, 'values.t', /not null/],
  ['an object', { ...good, values: { t: { value: 1 } } }, 'values.t', /not an object/],
  ['a list', { ...good, values: { t: [1] } }, 'values.t', /not a list/],
  ['the second value', { ...good, values: { a: 1, b: 'x' } }, 'values.b', /finite/],
  ['an empty channel', { ...good, values: { '': 1 } }, 'values.', /channel's name/],
  ['a long channel', { ...good, values: { ['x'.repeat(65)]: 1 } }, `values.${'x'.repeat(65)}`, /1 to 64/],
  ['a channel with a comma', { ...good, values: { 'a,b': 1 } }, 'values.a,b', /channel's name/],
  [
    'a channel called __proto__',
    { ...good, values: JSON.parse('{"__proto__":1}') },
    'values.__proto__',
    /channel's name/,
  ],
  ['an empty label', { ...good, label: '' }, 'label', /1 to 64 printable/],
  ['a long label', { ...good, label: 'x'.repeat(65) }, 'label', /1 to 64 printable/],
  ['a label that is a number', { ...good, label: 1 }, 'label', /printable/],
  ['a tenant', { ...good, tenant: 'acme' }, 'tenant', /no 'tenant'/],
  ['timestamp', { ...good, timestamp: 5 }, 'timestamp', /recordedAt is what it is called/],
  [
    'a field called __proto__',
    JSON.parse(`{"__proto__":1,${JSON.stringify(good).slice(1)}`),
    '__proto__',
    /no '__proto__'/,
  ],
]
for (const [title, event, field, reason] of refused) {
  test(`refused: ${title}`, () => {
    const checked = checkEvent(event, now)
    assert.ok(isFault(checked), 'was taken')
    assert.equal(checked.field, field)
    assert.match(checked.reason, reason)
  })
}

const taken: readonly (readonly [title: string, event: unknown, recordedAt?: number])[] = [
  ['the least', good],
  ['epoch seconds', { ...good, recordedAt: now / 1000 }],
  ['ISO text', { ...good, recordedAt: '2026-11-21T06:00:00Z' }],
  ['ISO text with an offset', { ...good, recordedAt: '2026-11-21T07:00:00+01:00' }],
  ['text of digits', { ...good, recordedAt: String(now) }],
  ['tomorrow', { ...good, recordedAt: now + ahead_max_ms }, now + ahead_max_ms],
  ['1970', { ...good, recordedAt: 0 }, 0],
  ['64 channels', { ...good, values: many(64) }],
  ['a channel with a unit', { ...good, values: { 'T (°C)': 1 } }],
  ['a device in Greek', { ...good, device: 'λέβητας 1' }],
  ['a device as a path', { ...good, device: 'hall2/pump#3@north' }],
  ['an id in Chinese', { ...good, id: '事件-1' }],
  ['a UUID', { ...good, id: '0199A1F0-0000-7000-8000-000000000001' }],
  ['a label', { ...good, label: 'spike' }],
  ['an exported reading', { ...good, id: 'x', receivedAt: 5 }],
  ['a channel called constructor', { ...good, values: { constructor: 1 } }],
  ['the smallest numbers', { ...good, values: { a: -0, b: 5e-324, c: -1e290 } }],
]
for (const [title, event, recordedAt = now] of taken) {
  test(`taken: ${title}`, () => {
    const checked = checkEvent(event, now)
    assert.ok(!isFault(checked), `refused: ${JSON.stringify(checked)}`)
    assert.equal(checked.recordedAt, recordedAt)
    assert.equal(checked.receivedAt, now)
  })
}

test('fractions of a millisecond are rounded: the store keeps whole ones', () => {
  const checked = checkEvent({ ...good, recordedAt: now - 0.4 }, now)
  assert.ok(!isFault(checked))
  assert.equal(checked.recordedAt, now)
})

test('nothing that JSON can hold makes the check throw, and what it takes fits the documented schema', () => {
  const event = fc.record(
    {
      id: fc.oneof(fc.uuid(), fc.jsonValue()),
      device: fc.oneof(fc.constant('boiler'), fc.jsonValue()),
      recordedAt: fc.oneof(fc.integer({ min: 0, max: now }), fc.jsonValue()),
      values: fc.oneof(fc.dictionary(fc.string(), fc.double()), fc.jsonValue()),
      label: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(event, fc.jsonValue()), (candidate) => {
      const checked = checkEvent(candidate, now)
      if (!isFault(checked)) assert.equal(incomingReading.safeParse(candidate).success, true)
    }),
  )
})
