import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { createRng } from '#core/rng.ts'
import type { Frame } from '#core/series.ts'
import statistical from './index.ts'

const minute_ms = 60_000
const rows = 4_000

async function twinOf(channels: Record<string, (row: number) => number>): Promise<Map<string, Float64Array>> {
  const frame: Frame = {
    times: Float64Array.from({ length: rows }, (_, i) => 1_700_000_000_000 + i * minute_ms),
    channels: Object.entries(channels).map(([name, valueAt]) => ({
      name,
      unit: '',
      values: Float64Array.from({ length: rows }, (_, i) => valueAt(i)),
    })),
  }
  const model = await statistical.fit(frame, statistical.params.parse({}), { rng: createRng(3) })
  const [sample] = model.sample({
    from: 1_700_000_000_000,
    step_ms: minute_ms,
    length: rows,
    chunk: rows,
    rng: createRng(3),
  })
  return new Map(sample!.channels.map(({ name, values }) => [name, values]))
}

const shareOf = (values: Float64Array, is: (x: number) => boolean) => values.filter(is).length / values.length

for (const share of [0.02, 0.1, 0.4]) {
  test(`a flag that is up in ${share * 100} % of the rows is up as often in its twin`, async () => {
    const rng = createRng('flag')
    const twin = await twinOf({ flag: (i) => (rng.uniformAt(i) < share ? 1 : 0) })
    const found = shareOf(twin.get('flag')!, (x) => x > 0.5)
    ok(found > share * 0.6 && found < share * 1.5, `${found} for ${share}`)
  })
}

test('small values keep their digits', async () => {
  const rng = createRng('tiny')
  const twin = await twinOf({ tiny: (i) => 1e-9 * rng.normalAt(i), narrow: (i) => 50 + 1e-8 * rng.normalAt(i) })
  ok(new Set(twin.get('tiny')!).size > 1000)
  ok(new Set(twin.get('narrow')!).size > 1000)
})

test('a channel that reports every third row keeps its tie to the others', async () => {
  const rng = createRng('walk')
  let level = 0
  const walk = Float64Array.from({ length: rows }, (_, i) => {
    level = 0.995 * level + rng.normalAt(i)
    return level
  })
  const twin = await twinOf({ a: (i) => (i % 3 === 0 ? walk[i]! : Number.NaN), b: (i) => walk[i]! })
  const [a, b] = [twin.get('a')!, twin.get('b')!]
  const both = [...a.keys()].filter((i) => !Number.isNaN(a[i]!) && !Number.isNaN(b[i]!))
  const mean = (of: Float64Array) => both.reduce((sum, i) => sum + of[i]!, 0) / both.length
  const [ma, mb] = [mean(a), mean(b)]
  const sum = (f: (i: number) => number) => both.reduce((total, i) => total + f(i), 0)
  const r =
    sum((i) => (a[i]! - ma) * (b[i]! - mb)) / Math.sqrt(sum((i) => (a[i]! - ma) ** 2) * sum((i) => (b[i]! - mb) ** 2))
  ok(r > 0.8, `correlation ${r}`)
})
