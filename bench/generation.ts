// Points per second of the statistical generator for trend + two sines + white noise, one channel, against numpy for the
// same series in the same run; and what one value costs when it is looked up.
//
//   node bench/generation.ts [millions of points per run, default 16]
//
// numpy runs where `python3 -c "import numpy"` works; the script says when it does not. Both are timed in CPU seconds
// (user + system, all threads), which a busy machine does not stretch; runs alternate; medians of seven.

import { execFileSync } from 'node:child_process'
import { createRng } from '#core/rng.ts'
import { day_ms, hour_ms } from '#core/time.ts'
import statistical from '#generators/statistical/index.ts'

const points = Math.round(Number(process.argv[2] ?? 16) * 1e6)
const rounds = 7
const from = Date.UTC(2026, 0, 1)
const rng = createRng(1)
const model = statistical.preset(
  statistical.params.parse({
    channels: [
      {
        name: 'x',
        level: 20,
        slope_per_day: 0.1,
        seasons: [
          { period_ms: day_ms, amplitude: 3 },
          { period_ms: hour_ms, amplitude: 1.5 },
        ],
        noise: 0.4,
      },
    ],
  }),
)

const python = `
import numpy as np, time, sys
n = ${points}; block = 1 << 20
rng = np.random.default_rng(1); done = 0; start = time.process_time()
while done < n:
    k = np.arange(done, done + block, dtype=np.float64)
    y = 20 + k * (0.1 / 86400) + 3 * np.sin(k * (2 * np.pi / 86400)) + 1.5 * np.sin(k * (2 * np.pi / 3600))
    y += 0.4 * rng.standard_normal(block); done += block
print(done / (time.process_time() - start))
`
const numpy = (): number => Number(execFileSync('python3', ['-c', python], { encoding: 'utf8', stdio: 'pipe' }))

function ours(): number {
  const start = process.cpuUsage()
  let rows = 0
  let sum = 0
  for (const { times, channels } of model.sample({ from, step_ms: 1000, length: points, rng })) {
    rows += times.length
    sum += channels[0]!.values[0]!
  }
  if (!Number.isFinite(sum)) throw new Error('the series has holes')
  const { user, system } = process.cpuUsage(start)
  return (rows / (user + system)) * 1e6
}

function lookups(): number {
  const row = new Float64Array(1)
  const count = 300_000
  const start = process.cpuUsage()
  // A stride that is coprime to everything: no block is met twice.
  for (let i = 0; i < count; i++) model.at!(from + ((i * 7919) % 31_536_000) * 1000, rng, row)
  return (process.cpuUsage(start).user / count) * 1000
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!
let peer: number[] | undefined = []
try {
  numpy()
} catch {
  peer = undefined
  console.log('numpy is absent (python3 -c "import numpy" fails): ours alone, no ratio')
}
ours()
const mine: number[] = []
for (let round = 0; round < rounds; round++) {
  mine.push(ours())
  peer?.push(numpy())
}
const rate = median(mine)
console.log(
  `statistical: ${(rate / 1e6).toFixed(1)} M points per CPU second, times and values (median of ${rounds} runs of ${points / 1e6} M)`,
)
if (peer) {
  const other = median(peer)
  console.log(`numpy:       ${(other / 1e6).toFixed(1)} M points per CPU second, values`)
  console.log(`ratio:       ${(rate / other).toFixed(2)}`)
}
lookups()
console.log(`look-up:     ${Math.round(median([1, 2, 3, 4, 5].map(lookups)))} ns per value at a random instant`)
