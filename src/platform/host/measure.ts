// Measures this computer once per call. On Linux from /proc and /sys (five small files, no child process); elsewhere
// what node:os and libuv give. A quantity that cannot be read here is left out: zero would be a lie.
// No dependency: `systeminformation` starts shells for most of these, at 10 to 100 times the cost.

import { statfs } from 'node:fs/promises'
import * as os from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import * as linux from './linux.ts'

/** Unit of every channel that `measure` can give. */
export const hostUnits: Readonly<Record<string, string>> = {
  cpu_percent: '%',
  cpu_temperature: 'Cel',
  load_1m: '1',
  memory_percent: '%',
  memory_used_bytes: 'By',
  disk_read_bytes_per_s: 'By/s',
  disk_write_bytes_per_s: 'By/s',
  disk_used_percent: '%',
  network_received_bytes_per_s: 'By/s',
  network_sent_bytes_per_s: 'By/s',
  processes: '1',
  millrace_cpu_percent: '%',
  millrace_memory_bytes: 'By',
  event_loop_delay_ms: 'ms',
}

export type Meter = Disposable & {
  /** Values since the former call (rates need one before them); `now` is epoch ms. */
  measure(now: number): Promise<Record<string, number>>
}

/** Counters that only grow, as of one instant. */
type Counters = {
  at: number
  cpu?: { busy: number; total: number }
  disk?: { read: number; written: number }
  network?: { received: number; sent: number }
  own_us: number
}

const loopResolution_ms = 20

/** `folder` is on the disk whose filling is told, usually the data folder. */
export function createMeter(options: { now: number; folder?: string; platform?: NodeJS.Platform }): Meter {
  const platform = options.platform ?? process.platform
  const folder = options.folder ?? os.homedir()
  const disks = platform === 'linux' ? linux.wholeDisks() : new Set<string>()
  const temperatureFile = platform === 'linux' ? linux.temperatureFile() : undefined
  const loop = monitorEventLoopDelay({ resolution: loopResolution_ms })
  loop.enable()
  let before = countersAt(options.now, platform, disks)

  return {
    async measure(now) {
      const values: Record<string, number> = {}
      const after = countersAt(now, platform, disks)
      addRates(values, before, after)
      before = after
      addMemory(values, platform)
      // Windows has no load average; libuv answers zeros there.
      if (platform !== 'win32') values['load_1m'] = round(os.loadavg()[0]!, 2)
      if (platform === 'linux') {
        const processes = linux.countProcesses()
        if (processes) values['processes'] = processes
      }
      const thousandths = temperatureFile ? Number(linux.textOf(temperatureFile) || Number.NaN) : Number.NaN
      if (Number.isFinite(thousandths)) values['cpu_temperature'] = thousandths / 1000
      values['millrace_memory_bytes'] = process.memoryUsage.rss()
      // The histogram holds the time between two beats of its timer; what exceeds the beat is the delay.
      if (loop.count > 0) values['event_loop_delay_ms'] = round(Math.max(0, loop.max / 1e6 - loopResolution_ms), 2)
      loop.reset()
      await addDisk(values, folder)
      return values
    },
    [Symbol.dispose]() {
      loop.disable()
    },
  }
}

function countersAt(at: number, platform: NodeJS.Platform, disks: ReadonlySet<string>): Counters {
  const own = process.cpuUsage()
  const counters: Counters = { at, own_us: own.user + own.system }
  if (platform === 'linux') {
    counters.cpu = linux.parseStat(linux.textOf('/proc/stat') ?? '')
    counters.disk = linux.parseDiskstats(linux.textOf('/proc/diskstats') ?? '', disks)
    counters.network = linux.parseNetDev(linux.textOf('/proc/net/dev') ?? '')
  } else {
    counters.cpu = cpuOfSystem()
  }
  return counters
}

function cpuOfSystem(): { busy: number; total: number } {
  let busy = 0
  let total = 0
  for (const { times } of os.cpus()) {
    const used = times.user + times.nice + times.sys + times.irq
    busy += used
    total += used + times.idle
  }
  return { busy, total }
}

function addRates(values: Record<string, number>, before: Counters, after: Counters): void {
  const elapsed_s = (after.at - before.at) / 1000
  if (elapsed_s <= 0) return
  const put = (name: string, from: number | undefined, to: number | undefined) => {
    // A counter that shrank was reset (disk pulled, interface gone): this second has no rate.
    if (from !== undefined && to !== undefined && to >= from) values[name] = Math.round((to - from) / elapsed_s)
  }
  if (before.cpu && after.cpu && after.cpu.total > before.cpu.total) {
    const share = (after.cpu.busy - before.cpu.busy) / (after.cpu.total - before.cpu.total)
    values['cpu_percent'] = round(Math.min(100, Math.max(0, share * 100)), 1)
  }
  put('disk_read_bytes_per_s', before.disk?.read, after.disk?.read)
  put('disk_write_bytes_per_s', before.disk?.written, after.disk?.written)
  put('network_received_bytes_per_s', before.network?.received, after.network?.received)
  put('network_sent_bytes_per_s', before.network?.sent, after.network?.sent)
  values['millrace_cpu_percent'] = round((after.own_us - before.own_us) / elapsed_s / 10_000, 1)
}

function addMemory(values: Record<string, number>, platform: NodeJS.Platform): void {
  const memory =
    platform === 'linux'
      ? linux.parseMeminfo(linux.textOf('/proc/meminfo') ?? '')
      : { total: os.totalmem(), available: os.freemem() }
  if (!memory) return
  values['memory_used_bytes'] = memory.total - memory.available
  values['memory_percent'] = round((100 * (memory.total - memory.available)) / memory.total, 1)
}

async function addDisk(values: Record<string, number>, folder: string): Promise<void> {
  const disk = await statfs(folder).catch(() => undefined)
  if (!disk || disk.blocks <= 0) return
  // As `df` does it: what only root may use counts as neither used nor free.
  const used = disk.blocks - disk.bfree
  if (used + disk.bavail > 0) values['disk_used_percent'] = round((100 * used) / (used + disk.bavail), 1)
}

const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits
