// `millrace import`: reads files, shows what it understood, and sends the readings through the same door as any device.
// Ids are derived from device, time and channels, so a second import of a file changes nothing.

import { basename } from 'node:path'
import { InputError } from '#core/errors.ts'
import { formatDuration, parseTime } from '#core/time.ts'
import { printUnit } from '#core/units.ts'
import type { Chunk, Format, ReadOptions, ReadReport, Source } from '#formats/format.ts'
import { formats } from '#formats/registry.ts'
import { devicePattern, deviceRule } from '#platform/ingest/check.ts'
import type { Caller } from './caller.ts'
import { type Arguments, type Command, connectionFlags } from './command.ts'
import { exitCodes } from './failure.ts'
import { type Io, type Paint, paintOf, write } from './io.ts'
import { type Connect, durationOf } from './operation-command.ts'
import { progressOn } from './progress.ts'
import { readingsOf, sendReadings, type Tally } from './send.ts'

export const importCommand = (connect: Connect): Command => ({
  words: ['import'],
  summary: 'Brings readings from CSV, NDJSON and Parquet files.',
  description:
    'Time column, channels and units are found by looking; flags name what was found wrongly. Readings go through the same ' +
    'door as those of devices and get ids derived from their content: importing a file twice changes nothing.',
  positionals: [
    { name: 'file', summary: 'CSV, NDJSON or Parquet; .gz is unpacked', required: true, many: true, completes: 'file' },
  ],
  flags: [
    { name: 'device', short: 'd', value: 'NAME', summary: 'Device that the readings belong to' },
    {
      name: 'device-column',
      value: 'COLUMN',
      summary: 'Column whose values name the devices; --device then goes before them',
    },
    { name: 'time-column', value: 'COLUMN', summary: 'Column of times' },
    { name: 'channels', value: 'A,B', summary: 'Columns to take; every numeric one otherwise' },
    { name: 'columns', value: 'A,B,...', summary: 'Names of all columns, for files without a header' },
    { name: 'start', value: 'TIME', summary: 'First instant, for files without times' },
    { name: 'step', value: 'DURATION', summary: 'Distance of rows, for files without times' },
    {
      name: 'format',
      value: 'FORMAT',
      summary: 'Told by the ending and content otherwise',
      choices: Object.keys(formats),
    },
    { name: 'dry-run', short: 'n', summary: 'Only show what would be imported' },
    { name: 'json', summary: 'Print the report as JSON' },
    ...connectionFlags,
  ],
  examples: [
    { title: 'Time column and channels are found by themselves', line: 'millrace import readings.csv --device boiler' },
    { title: 'Look first', line: 'millrace import readings.csv --device boiler --dry-run' },
    { title: 'One file, many devices', line: 'millrace import motes.csv --device-column mote_id --device mote' },
    { title: 'No times in the file', line: 'millrace import values.csv --device lab --start 2026-01-01 --step 10m' },
  ],
  run: (io, args) => runImport(io, args, connect),
})

type Opened = Plan & { source: Source }
type Plan = { path: string; format: Format; options: ReadOptions; device: string | undefined }

async function runImport(io: Io, args: Arguments, connect: Connect): Promise<number> {
  const paint = paintOf(io.terminal.colours)
  const json = args.flags['json'] === true
  const dry = args.flags['dry-run'] === true
  // Every file is understood before the first reading is sent.
  const plans: Opened[] = []
  for (const path of args.positionals) {
    const plan = await planOf(path, args, io.signal)
    const source = await plan.format.read(path, plan.options)
    checkDevice(plan, source.report)
    plans.push({ ...plan, source })
  }
  await using caller = dry ? undefined : await connect(io, args)
  const reports: Record<string, unknown>[] = []
  let failed = false
  for (const plan of plans) {
    const { report } = plan.source
    const tally = await takeAll(io, plan, caller)
    if (tally.rejected > 0) failed = true
    const { accepted, duplicate, rejected } = tally
    const counts = { accepted, duplicate, rejected, reasons: Object.fromEntries(tally.reasons) }
    if (json)
      reports.push({ file: plan.path, ...report, devices: Object.fromEntries(tally.devices), ...(dry ? {} : counts) })
    else await write(io.stdout, reportText(plan, dry ? undefined : tally, paint))
  }
  if (json) await write(io.stdout, `${JSON.stringify(reports.length === 1 ? reports[0] : reports, null, 2)}\n`)
  else if (caller && plans[0]!.source.report.rows > 0)
    await write(io.stdout, paint.dim(nextStep(plans[0]!, caller.served)))
  return failed ? exitCodes.partly : exitCodes.ok
}

/** What a person probably wants to do now. */
function nextStep({ source: { report }, device, options }: Opened, served: boolean): string {
  const name = options.deviceColumn === undefined ? device! : 'DEVICE'
  const from = new Date(report.from).toISOString().slice(0, 10)
  const twin = served ? `millrace twin ${name}` : `millrace up, then millrace twin ${name}`
  return `next      millrace query ${name} --from ${from} --bucket auto\n          ${twin}\n`
}

async function planOf(path: string, { flags }: Arguments, signal: AbortSignal): Promise<Plan> {
  const text = (name: string) => flags[name] as string | undefined
  const list = (name: string) =>
    text(name)
      ?.split(',')
      .map((item) => item.trim())
  const start = text('start')
  const at = start === undefined ? undefined : parseTime(start)
  if (start !== undefined && at === undefined)
    throw new InputError(`--start is '${start}', but must be a time such as 2026-01-01 or 2026-01-01T06:00:00Z`)
  const step = text('step')
  if (step !== undefined && start === undefined) throw new InputError('--step needs --start: when was the first row?')
  const options: ReadOptions = {
    signal,
    ...(text('time-column') === undefined ? {} : { timeColumn: text('time-column')! }),
    ...(text('device-column') === undefined ? {} : { deviceColumn: text('device-column')! }),
    ...(list('channels') ? { channels: list('channels')! } : {}),
    ...(list('columns') ? { columns: list('columns')! } : {}),
    ...(at === undefined ? {} : { start: at }),
    ...(step === undefined ? {} : { step_ms: durationOf(step, 'step') }),
  }
  return { path, format: await formatOf(path, text('format')), options, device: text('device') }
}

/** By --format, by the ending, or by the first bytes. */
async function formatOf(path: string, named: string | undefined): Promise<Format> {
  const all = await Promise.all(Object.values(formats).map((load) => load()))
  const lower = path.toLowerCase()
  const found =
    all.find((format) => format.name === named) ??
    all.find((f) => f.extensions.some((ending) => lower.endsWith(`.${ending}`)))
  if (found) return found
  const { firstBytes } = await import('#formats/files.ts')
  const head = new TextDecoder().decode(await firstBytes(path, 256))
  const guess = head.startsWith('PAR1') ? 'parquet' : /^\s*\{/.test(head) ? 'ndjson' : 'csv'
  return all.find((format) => format.name === guess)!
}

function checkDevice({ path, options, device }: Plan, report: ReadReport): void {
  if (device !== undefined && !devicePattern.test(device))
    throw new InputError(`--device is '${device}', but a device's name is ${deviceRule}`)
  if (device !== undefined || options.deviceColumn !== undefined) return
  const name = basename(path)
    .replace(/\..*$/, '')
    .replaceAll(/[^\w-]+/g, '-')
  const hint = report.notes.find((note) => note.includes('--device-column'))
  throw new InputError(`say which device the readings belong to: --device ${name}${hint ? `\n${hint}` : ''}`)
}

async function takeAll(io: Io, plan: Opened, caller: Caller | undefined): Promise<Tally> {
  const { source } = plan
  const progress = progressOn(io)
  const tally: Tally = { accepted: 0, duplicate: 0, rejected: 0, devices: new Map(), reasons: new Map() }
  const began = io.clock.now()
  try {
    for await (const chunk of source.chunks) {
      const device = nameOf(plan, chunk)
      const readings = readingsOf(device, chunk.frame)
      if (caller) await sendReadings(caller, readings, tally, io.signal)
      tally.devices.set(device, (tally.devices.get(device) ?? 0) + readings.length)
      const seconds = Math.max(0.001, (io.clock.now() - began) / 1000)
      const rate = Math.round(source.report.rows / seconds)
      progress.show(`${basename(plan.path)}  ${source.report.rows} rows, ${rate} per second`, source.fraction())
    }
  } finally {
    progress.clear()
  }
  if (caller) await describe(caller, tally, source.report, io.signal)
  return tally
}

/** Devices that nobody described yet learn the units of their channels. */
async function describe(caller: Caller, tally: Tally, report: ReadReport, signal: AbortSignal): Promise<void> {
  const units = Object.fromEntries(report.channels.filter(({ unit }) => unit).map(({ name, unit }) => [name, unit]))
  const { getDevice, putDevice } = await import('#platform/devices/operations.ts')
  for (const device of tally.devices.keys()) {
    if (tally.accepted + tally.duplicate === 0) return
    const known = (await caller.document(getDevice, { device }, signal)) as Record<string, unknown>
    const had = (known['units'] ?? {}) as Record<string, string>
    if (known['kind'] !== undefined && Object.keys(units).every((name) => had[name] !== undefined)) continue
    const { createdAt: _c, lastSeenAt: _s, lastRecordedAt: _r, channels: _n, ...metadata } = known
    await caller.document(putDevice, { kind: 'sensor', ...metadata, device, units: { ...units, ...had } }, signal)
  }
}

/** With both flags, the column's values follow the device's name: mote-1, mote-2. */
function nameOf({ device, options }: Plan, chunk: Chunk): string {
  if (options.deviceColumn === undefined) return device!
  const clean = chunk.device!.replace(/[^\p{L}\p{N} ._:/@+#()-]+/gu, '-').slice(0, 100)
  const name = device === undefined ? clean : `${device}-${clean}`
  if (!devicePattern.test(name))
    throw new InputError(
      `'${chunk.device}' in column '${options.deviceColumn}' cannot name a device, which is ${deviceRule}`,
    )
  return name
}

function reportText(
  { path, device, options, source: { report } }: Opened,
  tally: Tally | undefined,
  paint: Paint,
): string {
  const lines: [string, string][] = [
    ['file', `${path} (${report.layout})`],
    ['time', report.timeColumn ? `${report.timeColumn}, ${report.timeKind}` : report.timeKind],
  ]
  if (report.rows > 0)
    lines.push([
      'range',
      `${stamp(report.from)} to ${stamp(report.to)}${report.to > report.from ? ` (${span(report.to - report.from)})` : ''}`,
    ])
  lines.push([
    'channels',
    report.channels
      .map(
        ({ name, column, unit }) =>
          `${name}${name === column ? '' : ` (column '${column}')`}${printUnit(unit) ? ` in ${printUnit(unit)}` : ''}`,
      )
      .join(', '),
  ])
  if (report.leftOut.length > 0) lines.push(['left out', leftOutText(report)])
  lines.push(['rows', `${report.rows}${report.skippedCount > 0 ? `, and ${report.skippedCount} skipped` : ''}`])
  for (const { line, reason } of report.skipped.slice(0, 5)) lines.push(['', `line ${line}: ${reason}`])
  if (report.skippedCount > 5) lines.push(['', `and ${report.skippedCount - 5} more (--json names the first 100)`])
  for (const note of report.notes) lines.push(['note', note])
  if (tally) {
    const names = [...tally.devices.keys()]
    lines.push([
      'devices',
      options.deviceColumn === undefined
        ? device!
        : `${names.length}: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`,
    ])
    lines.push([
      'result',
      `${paint.green(`${tally.accepted} accepted`)}, ${tally.duplicate} duplicate, ${tally.rejected > 0 ? paint.red(`${tally.rejected} rejected`) : '0 rejected'}`,
    ])
    for (const [reason, count] of tally.reasons) lines.push(['', `${count} x ${reason}`])
  } else lines.push(['result', 'dry run: nothing was sent'])
  return `${lines.map(([name, text]) => `${paint.dim(name.padEnd(8))}  ${text}`).join('\n')}\n`
}

/** Columns with the same reason together: 'a, b: not named in --channels'. */
function leftOutText({ leftOut }: ReadReport): string {
  const groups = new Map<string, string[]>()
  for (const { column, reason } of leftOut) groups.set(reason, [...(groups.get(reason) ?? []), column])
  return [...groups].map(([reason, names]) => `${names.join(', ')}: ${reason}`).join('; ')
}

const stamp = (at: number) =>
  new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.000)?Z$/, '')
/** The two largest parts of a duration: '664d19h'. */
const span = (duration: number) =>
  formatDuration(duration)
    .match(/^(\d+[a-z]+){1,2}/)?.[0]
    .match(/\d+[a-z]+/g)
    ?.slice(0, 2)
    .join(' ') ?? ''
