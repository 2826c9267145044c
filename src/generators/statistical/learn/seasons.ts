// Seasonal periods found in a series: peaks of the periodogram that stand out of their own neighbourhood (so that red
// noise, which is high at low frequencies, does not count), confirmed by the autocorrelation one period later; then the
// harmonics of each period that stand out too, and one least-squares fit of all together.
// Sources: Schuster 1898 (periodogram); Vlachos, Yu and Castelli 2005 (AUTOPERIOD: periodogram proposes, ACF confirms).

import { cosTurns, sinTurns } from '#core/elementary.ts'
import { day_ms, hour_ms, minute_ms } from '#core/time.ts'
import { fft, nextPowerOfTwo } from '#maths/fft.ts'
import { leastSquares } from '#maths/linear.ts'
import { autocorrelation, deviation, mean } from '#maths/statistics.ts'

export type Term = { readonly period_ms: number; readonly cos: number; readonly sin: number }
export type Seasons = {
  readonly periods_ms: readonly number[]
  readonly terms: readonly Term[]
  /** What is left when the terms are taken away, and the share of variance that they explain. */
  readonly rest: Float64Array
  readonly explained: number
}

/** Periods that people, machines and the sky have. */
const natural_ms = [minute_ms, 5 * minute_ms, 15 * minute_ms, 30 * minute_ms, hour_ms, 8 * hour_ms, 12 * hour_ms]
const calendar_ms = [day_ms, 7 * day_ms, 365.2425 * day_ms]
const mostPeriods = 4
const mostTerms = 60

/** More rows than this are searched in two passes: block means for long periods, the newest rows for short ones. */
const mostRows = 1 << 14

/** `values` on a grid of `step_ms` from `from`; NaN is a gap. */
export function seasonsOf(values: Float64Array, from: number, step_ms: number): Seasons {
  if (values.length <= mostRows) return search(values, from, step_ms)
  const size = Math.ceil(values.length / mostRows)
  // A mean over a sixteenth of a period or less keeps 99 % of its swing.
  const long = search(blockMeans(values, size), from + ((size - 1) / 2) * step_ms, size * step_ms, 16)
  const between = without(values, long.terms, from, step_ms)
  const first = values.length - mostRows
  const short = search(between.subarray(first), from + first * step_ms, step_ms)
  const terms = [...long.terms, ...short.terms]
  const rest = without(between, short.terms, from, step_ms)
  const explained = Math.max(0, 1 - (deviation(rest) / deviation(values)) ** 2)
  return { periods_ms: [...long.periods_ms, ...short.periods_ms], terms, rest, explained }
}

function blockMeans(values: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: Math.floor(values.length / size) }, (_, block) =>
    mean(values.subarray(block * size, (block + 1) * size)),
  )
}

function without(values: Float64Array, terms: readonly Term[], from: number, step_ms: number): Float64Array {
  if (terms.length === 0) return values
  return values.map((value, i) => {
    let sum = 0
    for (const { period_ms, cos, sin } of terms) {
      const turns = (from + i * step_ms) / period_ms
      sum += cos * cosTurns(turns) + sin * sinTurns(turns)
    }
    return value - sum
  })
}

/** Looks for periods of at least `shortest` rows. */
function search(values: Float64Array, from: number, step_ms: number, shortest = 3): Seasons {
  let rest = values
  let frequencies: number[] = []
  const periods_ms: number[] = []
  for (let round = 0; round < mostPeriods + 2 && periods_ms.length < mostPeriods; round++) {
    const period = nextPeriod(rest, step_ms, periods_ms, shortest)
    if (period === undefined) break
    const harmonics = harmonicsOf(rest, period, step_ms).filter((h) => period / h >= shortest * step_ms)
    if (harmonics.length === 0) break
    periods_ms.push(period)
    frequencies = distinct([...frequencies, ...harmonics.map((h) => h / period)]).slice(0, mostTerms)
    rest = fitTerms(values, from, step_ms, frequencies).rest
  }
  if (frequencies.length === 0) return { periods_ms, terms: [], rest: values, explained: 0 }
  const fitted = fitTerms(values, from, step_ms, frequencies)
  const explained = 1 - (deviation(fitted.rest) / deviation(values)) ** 2
  return { periods_ms, terms: fitted.terms, rest: fitted.rest, explained }
}

const distinct = (frequencies: readonly number[]) =>
  frequencies.filter((f, i) => !frequencies.slice(0, i).some((g) => Math.abs(g / f - 1) < 1e-6))

/** Periodogram of length `size` at zero-padded frequencies k / (size * step), gaps filled with the mean. */
function periodogram(values: Float64Array): { power: Float64Array; size: number } {
  const size = nextPowerOfTwo(2 * values.length)
  const centre = mean(values)
  const real = new Float64Array(size)
  for (let i = 0; i < values.length; i++) real[i] = Number.isNaN(values[i]!) ? 0 : values[i]! - centre
  const imaginary = new Float64Array(size)
  fft(real, imaginary)
  return { power: real.map((re, k) => re * re + imaginary[k]! * imaginary[k]!).subarray(0, size / 2), size }
}

/**
 * How far the power at a bin stands out: its largest neighbour within half a resolution against the geometric mean of
 * the medians on both sides, an octave wide, with one resolution left out around the bin.
 */
function prominence(power: Float64Array, bin: number, resolution: number): number {
  const at = Math.round(bin)
  let peak = 0
  const reach = Math.max(1, Math.round(resolution / 2))
  for (let k = Math.max(1, at - reach); k <= Math.min(power.length - 1, at + reach); k++)
    peak = Math.max(peak, power[k]!)
  const skip = Math.ceil(1.5 * resolution)
  const width = Math.max(4 * resolution, Math.min(at / 2, 24 * resolution))
  const below = medianOf(power, Math.max(Math.ceil(resolution / 2), at - skip - width), at - skip)
  const above = medianOf(power, at + skip, Math.min(power.length, at + skip + width))
  const background = below > 0 && above > 0 ? Math.sqrt(below * above) : Math.max(below, above)
  // The median of an exponential variable is 0.69 of its mean.
  return background > 0 ? (0.69 * peak) / background : 0
}

function medianOf(power: Float64Array, from: number, to: number): number {
  const some = power.slice(Math.max(1, Math.floor(from)), Math.max(1, Math.floor(to))).sort()
  return some.length === 0 ? 0 : some[some.length >> 1]!
}

/** The most prominent period that the autocorrelation confirms, ms. */
function nextPeriod(
  rest: Float64Array,
  step_ms: number,
  known: readonly number[],
  shortest: number,
): number | undefined {
  const { power, size } = periodogram(rest)
  const resolution = size / rest.length
  const span_ms = rest.length * step_ms
  const acf = autocorrelation(rest, Math.floor(rest.length * 0.75))
  const total = power.reduce((sum, x) => sum + x, 0)
  const peaks: { bin: number; weight: number }[] = []
  const longest = Math.max(2, Math.ceil(1.6 * resolution))
  for (let bin = longest; bin < power.length / 2; bin++) {
    if (power[bin]! < power[bin - 1]! || power[bin]! <= power[bin + 1]! || power[bin]! < (4 * total) / power.length)
      continue
    peaks.push({ bin, weight: power[bin]! })
  }
  peaks.sort((a, b) => b.weight - a.weight)
  const prominent = peaks
    .slice(0, 200)
    .map(({ bin }) => ({ bin, weight: prominence(power, bin, resolution) }))
    .filter(({ weight }) => weight >= 14)
    .sort((a, b) => b.weight - a.weight)
  for (const { bin } of prominent.slice(0, 24)) {
    const peak_ms = (size * step_ms) / refined(power, bin)
    const candidates = candidatesOf(peak_ms, span_ms).filter(
      (period) => period >= shortest * step_ms && !known.some((other) => Math.abs(other / period - 1) < 0.02),
    )
    const best = candidates.find((period) => confirmed(acf, period, step_ms, span_ms))
    if (best !== undefined) return best
  }
  return undefined
}

/** Vertex of the parabola through the logarithms of three bins. */
function refined(power: Float64Array, bin: number): number {
  const [a, b, c] = [power[bin - 1]!, power[bin]!, power[bin + 1]!].map((x) => Math.sqrt(x)) as [number, number, number]
  const curve = a - 2 * b + c
  return curve === 0 ? bin : bin + (0.5 * (a - c)) / curve
}

/** What the peak may be: a calendar period, that period's harmonic, another natural period, or just itself. */
function candidatesOf(peak_ms: number, span_ms: number): number[] {
  // Two periods are as far apart as this data can tell when they differ by one cycle over its length.
  const close = (period: number, multiple: number) =>
    Math.abs(1 / period - 1 / (peak_ms * multiple)) < 0.5 / span_ms / multiple
  const found: number[] = []
  for (const [wanted, most] of [
    [calendar_ms, 24],
    [natural_ms, 1],
  ] as const) {
    for (let multiple = 1; multiple <= most; multiple++) {
      for (const period of wanted) {
        // Short data cannot tell a harmonic of a long period from anything else.
        if (close(period, multiple) && span_ms >= (multiple === 1 ? 1.9 : multiple < 9 ? 4 : 8) * period)
          found.push(period)
      }
    }
  }
  if (span_ms >= 6 * peak_ms) found.push(peak_ms)
  return found
}

/** One period later the series is like itself again, and clearly less so half a period later. */
function confirmed(acf: Float64Array, period_ms: number, step_ms: number, span_ms: number): boolean {
  const lag = period_ms / step_ms
  if (lag < 3 || lag >= acf.length) return false
  const at = (x: number) => {
    const i = Math.min(acf.length - 2, Math.floor(x))
    return acf[i]! + (x - i) * (acf[i + 1]! - acf[i]!)
  }
  const noise = 2 / Math.sqrt(span_ms / step_ms)
  const least = Math.min(at(lag / 2), at(lag * 0.35), at(lag * 0.75))
  return at(lag) > Math.max(0.05, noise) && at(lag) > least + Math.max(0.08, 2 * noise)
}

/** Harmonics 1, 2, ... of the period that stand out of the periodogram. */
function harmonicsOf(rest: Float64Array, period_ms: number, step_ms: number): number[] {
  const { power, size } = periodogram(rest)
  const resolution = size / rest.length
  const found: number[] = []
  const most = Math.min(60, Math.floor(period_ms / (2.5 * step_ms)))
  for (let h = 1; h <= most; h++) {
    const bin = (h * size * step_ms) / period_ms
    if (prominence(power, bin, resolution) > 9) found.push(h)
  }
  return found
}

function fitTerms(values: Float64Array, from: number, step_ms: number, frequencies: readonly number[]) {
  const columns = [new Float64Array(values.length).fill(1)]
  for (const frequency of frequencies) {
    const cosines = new Float64Array(values.length)
    const sines = new Float64Array(values.length)
    for (let i = 0; i < values.length; i++) {
      const turns = (from + i * step_ms) * frequency
      cosines[i] = cosTurns(turns)
      sines[i] = sinTurns(turns)
    }
    columns.push(cosines, sines)
  }
  const x = leastSquares(columns, values)
  const rest = values.map((value, i) => {
    let sum = 0
    for (let k = 1; k < columns.length; k++) sum += x[k]! * columns[k]![i]!
    return value - sum
  })
  const terms = frequencies.map((f, k): Term => ({ period_ms: 1 / f, cos: x[1 + 2 * k]!, sin: x[2 + 2 * k]! }))
  return { terms, rest }
}
