// The check of one event, by hand and without a schema library: it runs for every reading of every door, and a good
// event costs it no object but the reading itself. Names that were found good are remembered (bounded), so that the
// patterns run once per name and not once per reading.

import { formatTime, parseTime } from '#core/time.ts'
import type { BatchReading } from '#stores/series/batch.ts'
import { ahead_max_ms, channels_max, idLength_max, labelLength_max, value_max } from './limits.ts'

/** Why an event is refused, and where. */
export type Fault = { readonly field: string; readonly reason: string }

/** Letters and digits of any script, then also space and . _ : / @ + # ( ) - ; 1 to 128 characters. No commas: lists have them. */
export const devicePattern = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N} ._:/@+#()-]{0,126}[\p{L}\p{M}\p{N}._:/@+#()-])?$/u
/** Letters and digits of any script, then also space and . _ : / % ( ) [ ] + # ° ² ³ µ - ; 1 to 64 characters. */
export const channelPattern =
  /^[\p{L}\p{N}_%](?:[\p{L}\p{M}\p{N} ._:/%()[\]+#°²³µ-]{0,62}[\p{L}\p{M}\p{N}._:/%()[\]+#°²³µ-])?$/u
export const deviceRule = '1 to 128 letters, digits, spaces and . _ : / @ + # ( ) -, starting with a letter, digit or _'
export const channelRule =
  '1 to 64 letters, digits, spaces and . _ : / % ( ) [ ] + # ° -, starting with a letter, digit, _ or %'

/** Stands in for an event that could not be read at all, such as a broken line. JSON has no symbols: nobody can send one. */
export const unreadable = (field: string, reason: string): unknown => ({ [whyUnreadable]: { field, reason } })
const whyUnreadable = Symbol('unreadable')

export const isFault = (checked: BatchReading | Fault): checked is Fault => (checked as Fault).reason !== undefined

/** The reading that an event is, or the first thing that is wrong with it. */
export function checkEvent(event: unknown, receivedAt: number): BatchReading | Fault {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return fault('', `a reading is an object {"device", "recordedAt", "values"}, not ${show(event)}`)
  }
  const given = event as Record<string, unknown>
  const { id, device, recordedAt, values, label } = given
  if (typeof device !== 'string' || !isDeviceName(device)) {
    const broken = (given as { [whyUnreadable]?: Fault })[whyUnreadable]
    if (broken !== undefined) return broken
    return fault('device', device === undefined ? 'device is missing' : `${show(device)} is not ${deviceRule}`)
  }
  if (id !== undefined && (typeof id !== 'string' || !isId(id))) {
    return fault('id', `${show(id)} is not 1 to ${idLength_max} printable characters; leave it out to have one derived`)
  }
  const at = instantOf(recordedAt)
  if (at === undefined || !(at <= receivedAt + ahead_max_ms)) return timeFault(recordedAt, at, receivedAt)
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    return fault('values', `values must be an object of channels, {"temperature": 21.4}, not ${show(values)}`)
  }
  let channels = 0
  for (const name in values) {
    const value = (values as Record<string, unknown>)[name]
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return fault(`values.${clip(name)}`, `must be a finite number, not ${show(value)}`)
    }
    if (value > value_max || value < -value_max) {
      return fault(`values.${clip(name)}`, `is ${value}; -${value_max} to ${value_max} can be summed up`)
    }
    if (!isChannelName(name)) return fault(`values.${clip(name)}`, `a channel's name is ${channelRule}`)
    channels++
  }
  if (channels === 0) return fault('values', 'values holds no channel')
  if (channels > channels_max) {
    return fault('values', `${channels} channels; one reading may hold ${channels_max}, split it`)
  }
  if (label !== undefined && (typeof label !== 'string' || !isLabel(label))) {
    return fault('label', `${show(label)} is not 1 to ${labelLength_max} printable characters`)
  }
  for (const key in given) if (!known.has(key)) return unknownField(key)
  return {
    id,
    device,
    recordedAt: at,
    receivedAt,
    values: values as Record<string, number>,
    label,
  }
}

/** Whole milliseconds, because the stores keep no fractions of them. */
function instantOf(recordedAt: unknown): number | undefined {
  const at = parseTime(recordedAt)
  return at === undefined ? undefined : Math.round(at)
}

/** receivedAt is taken and not believed, so that what was exported can be sent again as it is. */
const known = new Set(['id', 'device', 'recordedAt', 'receivedAt', 'values', 'label'])
const usualMistakes: Record<string, string> = {
  time: 'recordedAt',
  timestamp: 'recordedAt',
  ts: 'recordedAt',
  deviceId: 'device',
  device_id: 'device',
  value: 'values',
  recorded_at: 'recordedAt',
}

function unknownField(key: string): Fault {
  const meant = Object.hasOwn(usualMistakes, key) ? `; ${usualMistakes[key]} is what it is called here` : ''
  return fault(clip(key), `a reading has id, device, recordedAt, values and label, but no '${clip(key)}'${meant}`)
}

function timeFault(sent: unknown, at: number | undefined, receivedAt: number): Fault {
  if (sent === undefined) return fault('recordedAt', 'recordedAt is missing')
  if (at === undefined) {
    return fault('recordedAt', `${show(sent)} is not a time: ISO 8601 or epoch milliseconds, from 1970 to 2200`)
  }
  const latest = formatTime(receivedAt + ahead_max_ms)
  return fault('recordedAt', `${formatTime(at)} lies in the future; the latest that is taken now is ${latest}`)
}

const fault = (field: string, reason: string): Fault => ({ field, reason })

/** Most names that are remembered; they are forgotten all at once, which costs one pattern per name. */
const remembered_max = 20_000
const goodDevices = new Set<string>()
const goodChannels = new Set<string>()

export const isDeviceName = (name: string): boolean => remember(goodDevices, name, devicePattern)

/** `__proto__` would vanish in any object that is built from names. */
export const isChannelName = (name: string): boolean =>
  remember(goodChannels, name, channelPattern) && name !== '__proto__'

function remember(good: Set<string>, name: string, pattern: RegExp): boolean {
  if (good.has(name)) return true
  if (!pattern.test(name)) return false
  if (good.size >= remembered_max) good.clear()
  good.add(name)
  return true
}

function isId(id: string): boolean {
  if (id.length === 0 || id.length > idLength_max) return false
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i)
    if (unit < 0x20 || unit > 0x7e) return /^[^\p{C}]+$/u.test(id)
  }
  return true
}

const isLabel = (label: string) => label.length <= labelLength_max && /^[^\p{C}]+$/u.test(label)

const clip = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

/** What was sent, short enough for a message. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return clip(JSON.stringify(value))
}
