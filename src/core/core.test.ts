import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from './clock.ts'
import { InputError, messageOf, UnavailableError } from './errors.ts'
import { checkFrame, firstRowAt, medianStep_ms, sliceFrame } from './series.ts'
import { tenantOf } from './tenant.ts'
import { printUnit, unitOfChannel } from './units.ts'

const frame = (times: number[], ...columns: number[][]) => ({
  times: Float64Array.from(times),
  channels: columns.map((values, i) => ({ name: `c${i}`, unit: '', values: Float64Array.from(values) })),
})

test('a frame whose columns disagree is refused, with the place', () => {
  equal(checkFrame(frame([1, 2], [3, Number.NaN])).times.length, 2)
  throws(() => checkFrame(frame([1, 2], [3])), /channel 'c0' has 1 values for 2 times/)
  throws(() => checkFrame(frame([1, 1], [3, 4])), /time does not increase at row 1/)
  throws(() => checkFrame(frame([1, Number.NaN], [3, 4])), /time does not increase at row 1/)
  const twice = frame([1], [2])
  throws(
    () => checkFrame({ ...twice, channels: [...twice.channels, ...twice.channels] }),
    /two channels are called 'c0'/,
  )
})

test('slices share memory, and the median step ignores a gap', () => {
  const all = frame([0, 10, 20, 500, 510], [1, 2, 3, 4, 5])
  const part = sliceFrame(all, 1, 3)
  deepEqual([...part.times, ...part.channels[0]!.values], [10, 20, 2, 3])
  equal(part.times.buffer, all.times.buffer)
  equal(medianStep_ms(all.times), 10)
  equal(medianStep_ms(all.times.subarray(0, 1)), Number.NaN)
})

test('the first row at or after an instant', () => {
  const times = Float64Array.of(10, 20, 30)
  deepEqual(
    [0, 10, 11, 30, 31].map((at) => firstRowAt(times, at)),
    [0, 0, 1, 2, 3],
  )
  equal(firstRowAt(new Float64Array(), 5), 0)
})

test('a tenant name cannot leave its folder', () => {
  equal(tenantOf('acme-2'), 'acme-2')
  for (const name of ['', '..', 'a/b', 'A', '-a', 'a b', 'a'.repeat(65), 'a\0b'])
    throws(() => tenantOf(name), InputError)
})

test('units are guessed from names and printed for people', () => {
  deepEqual(
    ['temperature', 'outdoor_temp', 'humidity', 'memory_used_bytes', 'disk_read_bytes_per_s', 'flux'].map(
      unitOfChannel,
    ),
    ['Cel', 'Cel', '%', 'By', 'By/s', ''],
  )
  deepEqual(['Cel', '1', 'hPa'].map(printUnit), ['°C', '', 'hPa'])
})

test('errors say when to retry, and anything thrown has a message', () => {
  equal(new UnavailableError('full').retryAfter_s, 1)
  deepEqual([messageOf(new Error('a')), messageOf('b')], ['a', 'b'])
})

test('the fake clock wakes sleepers in order of time and lets them sleep again', async () => {
  const clock = fakeClock(1000)
  const seen: string[] = []
  const sleeper = async (name: string, step_ms: number, times: number) => {
    for (let i = 0; i < times; i++) {
      await clock.sleep(step_ms)
      seen.push(`${name}@${clock.now()}`)
    }
  }
  const all = Promise.all([sleeper('a', 100, 3), sleeper('b', 150, 2)])
  await clock.advance(320)
  deepEqual(seen, ['a@1100', 'b@1150', 'a@1200', 'b@1300', 'a@1300'])
  equal(clock.now(), 1320)
  await all
})

test('a sleep ends with the reason of its signal', async () => {
  const clock = fakeClock()
  const abort = new AbortController()
  const sleeping = clock.sleep(1000, abort.signal).catch((reason: unknown) => reason)
  abort.abort('enough')
  equal(await sleeping, 'enough')
  equal(await clock.sleep(5, AbortSignal.abort('early')).catch((reason: unknown) => reason), 'early')
})
