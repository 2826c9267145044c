// What a URL holds of a device page comes back as it was.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  boundsOf,
  fixedRange,
  type Range,
  rangeDefault,
  rangeFor,
  readView,
  sameRange,
  span_min_ms,
  writeView,
} from './range.ts'

const ranges: fc.Arbitrary<Range> = fc.oneof(
  fc.integer({ min: 1, max: 99_999 }).map((minutes) => ({ kind: 'live' as const, span_ms: minutes * 60_000 })),
  fc
    .tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: span_min_ms, max: 1e10 }))
    .map(([from, span]) => ({ kind: 'fixed' as const, from, to: from + span })),
)
const names = fc.stringMatching(/^[A-Za-z0-9_. äß-]{1,12}$/)

test('every view survives its URL', () => {
  fc.assert(
    fc.property(
      ranges,
      fc.option(fc.uniqueArray(names, { minLength: 1 }), { nil: undefined }),
      fc.option(names, { nil: undefined }),
      (range, channels, compare) => {
        const back = readView(writeView({ range, channels, compare }))
        assert.ok(sameRange(back.range!, range), JSON.stringify([back.range, range]))
        assert.deepEqual(back.channels, channels)
        assert.equal(back.compare, compare)
      },
    ),
  )
})

test('no wish is an empty query, and nonsense is no wish', () => {
  assert.equal(writeView({ range: undefined, channels: undefined, compare: undefined }), '')
  for (const search of ['', '?range=soon', '?range=0m', '?from=never&to=now', '?from=2026-01-02&to=2026-01-01'])
    assert.equal(readView(search).range, undefined, search)
})

test('the first view fits the age of the device', () => {
  const now = 1_700_000_000_000
  const minute = 60_000
  const live = (kind: 'host' | 'synthetic', age_ms: number) =>
    rangeFor({ kind, createdAt: now - age_ms, lastRecordedAt: now }, now)
  assert.deepEqual(live('host', minute / 2), { kind: 'live', span_ms: 2 * minute })
  assert.deepEqual(live('host', 3 * minute), { kind: 'live', span_ms: 5 * minute })
  assert.deepEqual(live('host', 10 * minute), { kind: 'live', span_ms: 15 * minute })
  assert.deepEqual(live('host', 90 * minute), rangeDefault)
  assert.deepEqual(live('synthetic', minute), rangeDefault, 'a fleet comes with its history')
  const imported = rangeFor({ createdAt: now, lastRecordedAt: now - 900 * 86_400_000 }, now)
  assert.ok(imported.kind === 'fixed' && imported.to - imported.from > 6 * 86_400_000 && imported.to < now)
})

test('the first view holds the newest reading, however old and whenever the device was created', () => {
  const now = 1_700_000_000_000
  fc.assert(
    fc.property(
      fc.constantFrom('host' as const, 'synthetic' as const),
      fc.integer({ min: 0, max: 1e10 }),
      fc.integer({ min: -10_000, max: 1e10 }),
      (kind, age_ms, silent_ms) => {
        const lastRecordedAt = now - silent_ms
        const [from, to] = boundsOf(rangeFor({ kind, createdAt: now - age_ms, lastRecordedAt }, now), now)
        assert.ok(from <= lastRecordedAt && (silent_ms < 0 || lastRecordedAt <= to), `${from} ${lastRecordedAt} ${to}`)
      },
    ),
  )
  const posted = rangeFor({ createdAt: now - 120_000, lastRecordedAt: now - 20 * 60_000 }, now)
  assert.deepEqual(posted, rangeDefault, 'one reading, sent with a time of 20 minutes ago')
})

test('a short import opens on all of it, a long one on its last week, a single reading in the middle', () => {
  const now = 1_700_000_000_000
  const last = now - 900 * 86_400_000
  const opened = (earliest: number) => rangeFor({ createdAt: now, lastRecordedAt: last }, now, earliest)
  const short_ms = 163 * 60_000
  assert.deepEqual(opened(last - short_ms), { kind: 'fixed', from: last - short_ms, to: last + 60_000 })
  assert.deepEqual(opened(last - 1e10), { kind: 'fixed', from: last - 7 * 86_400_000, to: last + 60_000 })
  assert.deepEqual(opened(last), { kind: 'fixed', from: last - 60_000, to: last + 60_000 })
})

test('comparison can be switched off in a link', () => {
  assert.equal(readView('?compare=').compare, '')
  assert.equal(writeView({ range: undefined, channels: undefined, compare: '' }), '?compare=')
})

test('a range drawn backwards or too narrow is put right', () => {
  assert.deepEqual(fixedRange(20_000, 10_000), { kind: 'fixed', from: 10_000, to: 20_000 })
  assert.deepEqual(fixedRange(10_000, 10_001), { kind: 'fixed', from: 10_000, to: 15_000 })
})
