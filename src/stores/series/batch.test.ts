import { deepEqual, equal, notDeepEqual } from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BatchReading, batchOf, idOfKey } from './batch.ts'

const reading = (changes: Partial<BatchReading> = {}): BatchReading => ({
  id: 'a',
  device: 'boiler',
  recordedAt: 1.7e12,
  receivedAt: 1.7e12 + 1,
  values: { a: 1, b: 2 },
  ...changes,
})
const hashOf = (changes: Partial<BatchReading>) => [...batchOf([reading(changes)]).batch.payloadHashes]

test('columns hold what the readings said, channels sorted', () => {
  const values = fc.dictionary(fc.string({ maxLength: 3 }), fc.double({ noNaN: true }), { minKeys: 1, maxKeys: 9 })
  const readings = fc.array(
    fc.record({
      id: fc.uuid(),
      device: fc.constantFrom('a', 'b', 'c'),
      recordedAt: fc.integer(),
      receivedAt: fc.integer(),
      values,
      label: fc.option(fc.string(), { nil: undefined }),
    }),
  )
  fc.assert(
    fc.property(readings, (list) => {
      const { batch, ids } = batchOf(list)
      const back = list.map((_, i) => {
        const names = batch.layouts[batch.layout[i]!]!
        deepEqual(names, names.toSorted())
        const own = batch.values.subarray(batch.valueStart[i]!, batch.valueStart[i + 1]!)
        equal(own.length, names.length)
        return {
          id: idOfKey(batch.idKeys, i * 16),
          device: batch.devices[batch.device[i]!]!,
          recordedAt: batch.recordedAt[i]!,
          receivedAt: batch.receivedAt[i]!,
          values: { ...Object.fromEntries(names.map((name, k) => [name, own[k]!])) },
          label: batch.labels.get(i),
        }
      })
      deepEqual(
        back,
        list.map((r) => ({ ...r, values: { ...r.values } })),
      )
      deepEqual(
        ids,
        list.map((r) => r.id),
      )
    }),
  )
})

test('the payload hash changes with anything but the id, the arrival and the order of channels', () => {
  deepEqual(hashOf({}), hashOf({ id: 'b', receivedAt: 5, values: { b: 2, a: 1 } }))
  const changes: Partial<BatchReading>[] = [
    {},
    { device: 'boiles' },
    { device: '' },
    { recordedAt: 1.7e12 + 0.5 },
    { values: { a: 1 } },
    { values: { a: 2, b: 1 } },
    { values: { a: -1, b: -2 } },
    { values: { a: 1, c: 2 } },
    { values: { a: 1, b: 2 + 2 ** -51 } },
    { values: { a: 0, b: 2 } },
    { label: '' },
    { label: 'boiler' },
  ]
  equal(new Set(changes.map((change) => hashOf(change).join(' '))).size, changes.length)
})

test('a hash does not depend on what else is in the batch', () => {
  const list = Array.from({ length: 50 }, (_, i) =>
    reading({ device: `d${i % 3}`, values: i % 2 ? { x: i } : { z: 1, y: i }, label: i % 5 ? undefined : 'l' }),
  )
  const { batch } = batchOf(list)
  list.forEach((one, i) => {
    deepEqual(batch.payloadHashes.slice(i * 8, i * 8 + 8), batchOf([one]).batch.payloadHashes)
  })
})

test('hashes of neighbouring readings do not collide', () => {
  const list = Array.from({ length: 40_000 }, (_, i) =>
    reading({ recordedAt: 1.7e12 + (i % 200), values: { a: Math.floor(i / 200), b: i % 200 } }),
  )
  const words = new BigUint64Array(batchOf(list).batch.payloadHashes.buffer)
  equal(new Set(words).size, list.length)
})

test('ids: UUIDs in any case, other texts by SHA-256, none derived as documented', () => {
  const id = randomUUID()
  const { batch, ids } = batchOf([reading({ id: id.toUpperCase() }), reading({ id: 'x' }), reading({ id: undefined })])
  const sha = (text: string) => createHash('sha256').update(text).digest()
  deepEqual(ids.slice(0, 2), [id, 'x'])
  equal(idOfKey(batch.idKeys), id)
  deepEqual(batch.idTexts, new Map([[1, 'x']]))
  deepEqual(Buffer.from(batch.idKeys.subarray(16, 32)), sha('x').subarray(0, 16))
  const derived = sha('["boiler",1700000000000,["a","b"]]').subarray(0, 16)
  derived[6] = (derived[6]! & 0x0f) | 0x80
  derived[8] = (derived[8]! & 0x3f) | 0x80
  equal(ids[2], idOfKey(derived))
  notDeepEqual(ids[2], batchOf([reading({ id: undefined, recordedAt: 0 })]).ids[0])
})

test('-0, which JSON and CSV write as 0, is no other payload than 0', () => {
  deepEqual(hashOf({ values: { a: -0, b: 2 } }), hashOf({ values: { a: 0, b: 2 } }))
  notDeepEqual(hashOf({ values: { a: -0, b: 2 } }), hashOf({ values: { a: 5e-324, b: 2 } }))
})
