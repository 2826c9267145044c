// The palette keeps its promises: visible on its ground, and told apart with any of the three colour-vision deficiencies.
// Simulation after Machado, Oliveira & Fernandes (2009), severity 1, in linear light; distance in OKLab (Ottosson 2020).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grounds, hueOf, hues, orderChannels, palette, type Theme } from './colours.ts'

type Triple = readonly [number, number, number]
const deficiencies: Record<string, readonly Triple[]> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const linear = (hex: string): Triple =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as unknown as Triple

const times = (matrix: readonly Triple[], [r, g, b]: Triple): Triple =>
  matrix.map((row) => row[0] * r + row[1] * g + row[2] * b) as unknown as Triple

function oklab(colour: Triple): Triple {
  const [l, m, s] = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour.map((value) => Math.max(0, value)) as unknown as Triple,
  ).map(Math.cbrt) as unknown as Triple
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

const luminance = (hex: string) => linear(hex).reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i]!, 0)
const contrast = (a: string, b: string) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

for (const theme of ['light', 'dark'] as Theme[]) {
  test(`${theme}: every hue is visible on its ground (WCAG 1.4.11: 3)`, () => {
    for (const hue of hues) {
      const ratio = contrast(palette[theme][hue], grounds[theme])
      assert.ok(ratio >= 3, `${hue} has ${ratio.toFixed(2)}`)
    }
  })

  for (const [name, matrix] of Object.entries(deficiencies)) {
    test(`${theme}: hues stay apart with ${name === 'none' ? 'full colour vision' : name}`, () => {
      for (const [i, a] of hues.entries()) {
        for (const b of hues.slice(i + 1)) {
          const [x, y] = [a, b].map((hue) => oklab(times(matrix, linear(palette[theme][hue])))) as [Triple, Triple]
          const distance = Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2])
          assert.ok(distance >= 0.06, `${a} and ${b}: ${distance.toFixed(3)}`)
        }
      }
    })
  }
}

test('the usual companions have hues of their own', () => {
  const four = ['temperature', 'humidity', 'pressure', 'battery']
  assert.equal(new Set(four.map((name) => hueOf(name))).size, 4)
  assert.deepEqual(orderChannels([...four].sort()), four)
  assert.equal(hueOf('anything else'), hueOf('anything else'))
  const strangers = ['HUFL', 'HULL', 'MUFL', 'MULL', 'LUFL', 'LULL']
  assert.equal(new Set(strangers.map((name) => hueOf(name, strangers))).size, 6, 'strangers on one device stay apart')
})

test('one channel of each kind comes first, the program itself last', () => {
  assert.deepEqual(
    orderChannels([
      'millrace_cpu_percent',
      'cpu_temperature',
      'memory_percent',
      'cpu_percent',
      'network_received_bytes_per_s',
    ]),
    ['cpu_percent', 'network_received_bytes_per_s', 'memory_percent', 'cpu_temperature', 'millrace_cpu_percent'],
  )
})
