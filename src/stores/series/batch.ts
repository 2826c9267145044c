// Readings as objects to readings as columns, with the key of each id and the hash of each payload. It is on the
// hottest path of the product: device names, channel layouts and their hashes are looked up once and reused, and a
// reading costs no object of its own. Both stores and every test build their batches here, so that an id means the
// same everywhere. Hash: the round of MurmurHash3_x86_128 (Appleby, public domain) on two 32-bit lanes.

import { hash } from 'node:crypto'
import type { ReadingBatch } from '#core/reading.ts'

/** What a batch is made of: a reading whose id may still be missing. */
export type BatchReading = {
  readonly id?: string
  readonly device: string
  readonly recordedAt: number
  readonly receivedAt: number
  readonly values: Readonly<Record<string, number>>
  readonly label?: string
}

/** A list of channel names in the order in which objects carry them, and where each goes in sorted order. */
type Shape = {
  readonly names: readonly string[]
  readonly layout: number
  readonly target: Uint8Array | Uint16Array
  readonly hash: Hash
}
type Hash = { readonly low: number; readonly high: number }

/**
 * Columns of the readings (see `ReadingBatch`), and each one's id as it is answered to the sender: UUIDs in lower case,
 * other ids as they came, and where none came the derived one: a UUIDv8 (RFC 9562) of SHA-256 over
 * `JSON.stringify([device, recordedAt, sortedChannelNames])`, so that a repeat of a reading without an id is found.
 */
export function batchOf(readings: readonly BatchReading[]): { batch: ReadingBatch; ids: string[] } {
  const count = readings.length
  const device = new Uint32Array(count)
  const recordedAt = new Float64Array(count)
  const receivedAt = new Float64Array(count)
  const idKeys = new Uint8Array(count * 16)
  const payloadHashes = new Uint8Array(count * 8)
  const payloadWords = new Uint32Array(payloadHashes.buffer)
  const layout = new Uint32Array(count)
  const valueStart = new Uint32Array(count + 1)
  let values = new Float64Array(count * 4)
  const timeWords = new Uint32Array(recordedAt.buffer)
  let valueWords = new Uint32Array(values.buffer)
  const idTexts = new Map<number, string>()
  const labels = new Map<number, string>()
  const ids = new Array<string>(count)
  const devices: string[] = []
  const deviceHashes: Hash[] = []
  const deviceIndex = new Map<string, number>()
  const layouts: string[][] = []
  const shapes = new Map<string, Shape>()
  let shape: Shape = { names: [], layout: -1, target: new Uint8Array(0), hash: { low: 0, high: 0 } }
  let used = 0

  for (let i = 0; i < count; i++) {
    const reading = readings[i]!
    const name = reading.device
    let at = deviceIndex.get(name)
    if (at === undefined) {
      at = devices.push(name) - 1
      deviceIndex.set(name, at)
      deviceHashes.push(hashText(name, 1))
    }
    device[i] = at
    recordedAt[i] = reading.recordedAt
    receivedAt[i] = reading.receivedAt

    const names = Object.keys(reading.values)
    if (!sameNames(names, shape.names)) shape = shapeOf(names, shapes, layouts)
    layout[i] = shape.layout
    if (used + names.length > values.length) {
      const grown = new Float64Array(Math.max(values.length * 2, used + names.length))
      grown.set(values)
      values = grown
      valueWords = new Uint32Array(values.buffer)
    }
    const target = shape.target
    for (let k = 0; k < names.length; k++) values[used + target[k]!] = reading.values[names[k]!]!
    const end = used + names.length

    const id = reading.id
    if (id === undefined) {
      const key = hash('sha256', JSON.stringify([name, reading.recordedAt, layouts[shape.layout]]), 'buffer')
      key[6] = (key[6]! & 0x0f) | 0x80
      key[8] = (key[8]! & 0x3f) | 0x80
      idKeys.set(key.subarray(0, 16), i * 16)
      ids[i] = idOfKey(idKeys, i * 16)
    } else if (writeUuid(id, idKeys, i * 16)) {
      ids[i] = id.toLowerCase()
    } else {
      idKeys.set(hash('sha256', id, 'buffer').subarray(0, 16), i * 16)
      idTexts.set(i, id)
      ids[i] = id
    }

    low = 0x9e3779b9
    high = 0x85ebca6b
    const deviceHash = deviceHashes[at]!
    mix(deviceHash.low, deviceHash.high)
    mix(shape.hash.low, shape.hash.high)
    mix(timeWords[i * 2]!, timeWords[i * 2 + 1]!)
    for (let k = used; k < end; k++) {
      const upper = valueWords[k * 2 + 1]!
      // JSON and CSV write -0 as 0: what was exported and is sent again is the same reading.
      mix(valueWords[k * 2]!, upper === 0x80000000 && valueWords[k * 2] === 0 ? 0 : upper)
    }
    const label = reading.label
    if (label !== undefined) {
      labels.set(i, label)
      const { low: a, high: b } = withState(() => hashText(label, 3))
      mix(a, b)
    }
    finish()
    payloadWords[i * 2] = low
    payloadWords[i * 2 + 1] = high
    used = end
    valueStart[i + 1] = end
  }
  const batch: ReadingBatch = {
    count,
    devices,
    device,
    recordedAt,
    receivedAt,
    idKeys,
    idTexts,
    payloadHashes,
    layouts,
    layout,
    values: values.subarray(0, used),
    valueStart,
    labels,
  }
  return { batch, ids }
}

/** The UUID text, lower case, of the 16 bytes at `offset`. */
export function idOfKey(keys: Uint8Array, offset = 0): string {
  let text = ''
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-'
    text += hexOfByte[keys[offset + i]!]
  }
  return text
}

/** Writes the key of an id into `keys`. True when the id is a UUID, so that its text can be had back from its key. */
export function keyOfId(id: string, keys: Uint8Array, offset = 0): boolean {
  if (writeUuid(id, keys, offset)) return true
  keys.set(hash('sha256', id, 'buffer').subarray(0, 16), offset)
  return false
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const hexValue = new Int8Array(128).fill(-1)
for (let i = 0; i < 10; i++) hexValue[48 + i] = i
for (let i = 0; i < 6; i++) {
  hexValue[65 + i] = 10 + i
  hexValue[97 + i] = 10 + i
}
/** Where the two digits of each of the 16 bytes stand in '01234567-89ab-cdef-0123-456789abcdef'. */
const digitAt = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34)

function writeUuid(id: string, keys: Uint8Array, offset: number): boolean {
  if (id.length !== 36) return false
  const dash = 45
  if (id.charCodeAt(8) !== dash || id.charCodeAt(13) !== dash) return false
  if (id.charCodeAt(18) !== dash || id.charCodeAt(23) !== dash) return false
  for (let i = 0; i < 16; i++) {
    const at = digitAt[i]!
    const first = id.charCodeAt(at)
    const second = id.charCodeAt(at + 1)
    if ((first | second) > 127) return false
    const byte = (hexValue[first]! << 4) | hexValue[second]!
    // A -1 of either digit makes the whole negative.
    if (byte < 0) return false
    keys[offset + i] = byte
  }
  return true
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function shapeOf(names: string[], shapes: Map<string, Shape>, layouts: string[][]): Shape {
  const asTheyCome = JSON.stringify(names)
  const known = shapes.get(asTheyCome)
  if (known) return known
  const sorted = names.toSorted()
  const canonical = JSON.stringify(sorted)
  const layout = shapes.get(canonical)?.layout ?? layouts.push(sorted) - 1
  const target = Uint16Array.from(names, (name) => sorted.indexOf(name))
  const shape: Shape = { names, layout, target, hash: hashText(canonical, 2) }
  shapes.set(asTheyCome, shape)
  // Its sorted form too, so that another order of the same names finds the same layout.
  if (canonical !== asTheyCome) {
    shapes.set(canonical, { ...shape, names: sorted, target: Uint16Array.from(sorted, (_, i) => i) })
  }
  return shape
}

// The hash's state: two lanes as module variables, because a call per word must not allocate.
let low = 0
let high = 0

/** One round over 64 bits: a bijection of the state for any words, so that no single change can cancel out. */
function mix(a: number, b: number): void {
  let k = Math.imul(a, 0x239b961b)
  k = Math.imul((k << 15) | (k >>> 17), 0xab0e9789)
  low ^= k
  low = (low << 19) | (low >>> 13)
  low = (Math.imul((low + high) | 0, 5) + 0x561ccd1b) | 0
  k = Math.imul(b, 0x38b34ae5)
  k = Math.imul((k << 16) | (k >>> 16), 0xa1e38b93)
  high ^= k
  high = (high << 17) | (high >>> 15)
  high = (Math.imul((high + low) | 0, 5) + 0x0bcaa747) | 0
}

/** Spreads the last words over all bits of both lanes. */
function finish(): void {
  low = (low + high) | 0
  high = (high + low) | 0
  low = avalanche(low)
  high = avalanche(high)
  low = (low + high) | 0
  high = (high + low) | 0
}

function avalanche(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Hash of a text by its UTF-16 units and length; `kind` keeps a device's name and a label of the same text apart. */
function hashText(text: string, kind: number): Hash {
  low = kind
  high = text.length
  for (let i = 0; i < text.length; i += 4) {
    mix(unit(text, i) | (unit(text, i + 1) << 16), unit(text, i + 2) | (unit(text, i + 3) << 16))
  }
  finish()
  return { low, high }
}

const unit = (text: string, at: number) => (at < text.length ? text.charCodeAt(at) : 0)

function withState(inner: () => Hash): Hash {
  const a = low
  const b = high
  const result = inner()
  low = a
  high = b
  return result
}
