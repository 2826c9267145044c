// What Linux tells of itself in /proc and /sys, read as text and turned into counters. The parsers are pure, so that
// they are tested with texts of other machines. Source: proc(5), kernel Documentation/admin-guide/iostats.rst.

import { readdirSync, readFileSync } from 'node:fs'

/** Busy and total CPU time since boot, in ticks, from /proc/stat. Guest time is inside user time already. */
export function parseStat(text: string): { busy: number; total: number } | undefined {
  const fields = /^cpu\s+([\d ]+)/.exec(text)?.[1]?.trim().split(' ').map(Number)
  if (!fields || fields.length < 4) return undefined
  const total = fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0)
  return { busy: total - fields[3]! - (fields[4] ?? 0), total }
}

/** Total and available memory, bytes, from /proc/meminfo. "Available" counts what caches would give back. */
export function parseMeminfo(text: string): { total: number; available: number } | undefined {
  const total = /^MemTotal:\s+(\d+) kB/m.exec(text)?.[1]
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1]
  return total && available ? { total: Number(total) * 1024, available: Number(available) * 1024 } : undefined
}

/** Bytes read and written since boot of the named disks, from /proc/diskstats. Its sectors are always 512 bytes. */
export function parseDiskstats(
  text: string,
  disks: ReadonlySet<string>,
): { read: number; written: number } | undefined {
  let read = 0
  let written = 0
  let found = false
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (!disks.has(fields[2] ?? '')) continue
    found = true
    read += Number(fields[5]) * 512
    written += Number(fields[9]) * 512
  }
  return found ? { read, written } : undefined
}

/** Interfaces that carry what others carry again, or carry nothing out of the machine. */
const inner = /^(lo|veth|docker|br-|virbr|ifb|cni|flannel|cali|dummy|tun|tap|wg|tailscale|bond|vlan|podman)/

/** Bytes received and sent since boot over outward interfaces, from /proc/net/dev. */
export function parseNetDev(text: string): { received: number; sent: number } | undefined {
  let received = 0
  let sent = 0
  let found = false
  for (const [, name, rest] of text.matchAll(/^\s*([^\s:|]+):\s*(.+)$/gm)) {
    if (inner.test(name!)) continue
    const fields = rest!.trim().split(/\s+/).map(Number)
    if (fields.length < 9) continue
    found = true
    received += fields[0]!
    sent += fields[8]!
  }
  return found ? { received, sent } : undefined
}

/** Whole disks: partitions, and layers above disks, would count the same bytes twice. */
export const wholeDisks = (): ReadonlySet<string> =>
  new Set(namesIn('/sys/block').filter((name) => !/^(loop|ram|zram|dm-|md|sr|fd)/.test(name)))

/** Number of processes: the folders of /proc that are numbers. */
export function countProcesses(): number | undefined {
  let count = 0
  for (const name of namesIn('/proc')) {
    const first = name.charCodeAt(0)
    if (first >= 48 && first <= 57) count++
  }
  return count || undefined
}

/** The file in which the kernel keeps the processor's temperature in thousandths of a degree, where there is one. */
export function temperatureFile(): string | undefined {
  for (const chip of namesIn('/sys/class/hwmon')) {
    const folder = `/sys/class/hwmon/${chip}`
    if (/^(coretemp|k10temp|zenpower|cpu_thermal|cpu-thermal)/.test(textOf(`${folder}/name`) ?? '')) {
      if (textOf(`${folder}/temp1_input`)) return `${folder}/temp1_input`
    }
  }
  for (const zone of namesIn('/sys/class/thermal')) {
    const folder = `/sys/class/thermal/${zone}`
    if (/pkg|cpu|soc/i.test(textOf(`${folder}/type`) ?? '') && textOf(`${folder}/temp`)) return `${folder}/temp`
  }
  return undefined
}

/** A small file's text, or undefined: what a kernel or a container hides is left out, never zero. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
