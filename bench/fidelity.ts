// How like the real thing the statistical generator's twins are: fits each real series, samples five seeds over the same
// range, and lets the statistical validator judge. Beside it what the first half of the real data scores against the
// second: a twin that scores higher than that is as close as the data's own wandering.
//
//   node bench/fidelity.ts [part of a name]

import { createRng } from '#core/rng.ts'
import { type Frame, sliceFrame } from '#core/series.ts'
import statistical from '#generators/statistical/index.ts'
import validator from '#validators/statistical/index.ts'
import { missing, series } from './series.ts'

if (missing) {
  console.log(missing)
  process.exit(0)
}
const wanted = process.argv[2] ?? ''
console.log('| series | rows x channels | fit | fidelity (5 seeds) | real halves | aspects of the median seed |')
console.log('|---|---|---|---|---|---|')
for (const [name, read] of Object.entries(series).filter(([name]) => name.includes(wanted))) {
  const real = read()
  const start = performance.now()
  const model = await statistical.fit(real, statistical.params.parse({}), { rng: createRng(1) })
  const fit_ms = performance.now() - start
  const { step_ms } = model.card
  const from = real.times[0]!
  const length = Math.round((real.times.at(-1)! - from) / step_ms) + 1
  const judged = [1, 2, 3, 4, 5]
    .map((seed) => {
      const [made] = [...model.sample({ from, step_ms, length, chunk: length, rng: createRng(seed) })]
      return validator.validate(made as Frame, real)
    })
    .sort((a, b) => a[0]!.value - b[0]!.value)
  const half = real.times.length >> 1
  const halves = validator.validate(sliceFrame(real, 0, half), sliceFrame(real, half, 2 * half))[0]!.value
  const [low, middle, high] = [judged[0]!, judged[2]!, judged[4]!].map((findings) => findings[0]!.value.toFixed(0))
  const aspects = judged[2]![0]!.why.replace(/^.*mean of /, '')
  console.log(
    `| ${name} | ${real.times.length} x ${real.channels.length} | ${Math.round(fit_ms)} ms | ${middle} (${low} to ${high}) | ${halves.toFixed(0)} | ${aspects} |`,
  )
  if (wanted === '') continue
  for (const finding of model.card.findings) console.log(`    ${finding}`)
  for (const { name: finding, value, verdict } of judged[2]!)
    if (verdict !== 'pass') console.log(`    ${verdict} ${finding} ${value}`)
}
