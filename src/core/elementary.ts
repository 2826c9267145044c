// sin, cos, exp, log, power and the inverse normal distribution from + - * / and sqrt alone. IEEE 754 fixes the bits of
// those five operations, but not of Math.sin and its kin, which differ between engines: what makes numbers from a seed
// uses these instead, so that a seed gives the same bytes everywhere.
// Sources: fdlibm 5.3 (Sun Microsystems 1993: __kernel_sin, __kernel_cos, __ieee754_exp, __ieee754_log); inverse normal:
// Wichura 1988, Algorithm AS 241 (PPND16).
// biome-ignore-all lint/correctness/noPrecisionLoss: coefficients stand as they were published
// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: parts of constants are not the constants

const bits = new Float64Array(1)
const words = new Uint32Array(bits.buffer)
bits[0] = 1
/** Index of the word with sign and exponent: 1 on little-endian machines. */
const high = words[1] === 0 ? 0 : 1

const halfPi_1 = 1.57079632673412561417
const halfPi_2 = 6.0771005063039659766e-11
const halfPi_3 = 2.0222662487111664558e-21
const twoOverPi = 0.636619772367581343076
export const twoPi = 6.283185307179586

/** Sine of x radians; error below 1e-15 for |x| up to 1e6. */
export const sin = (x: number): number => sine(x, 0)

/** Cosine of x radians; the same accuracy as `sin`. */
export const cos = (x: number): number => sine(x, 1)

/** Sine of a whole number of turns and a fraction: sin(2 pi x), exact periodicity for any |x| below 2^52. */
export const sinTurns = (x: number): number => sine((x - Math.floor(x + 0.5)) * twoPi, 0)

/** cos(2 pi x). */
export const cosTurns = (x: number): number => sine((x - Math.floor(x + 0.5)) * twoPi, 1)

function sine(x: number, quarterTurns: number): number {
  const n = Math.floor(x * twoOverPi + 0.5)
  // Three parts of pi / 2, so that the difference keeps its digits (Cody and Waite).
  const r = x - n * halfPi_1 - n * halfPi_2 - n * halfPi_3
  const quadrant = (n + quarterTurns) & 3
  const z = r * r
  const y =
    (quadrant & 1) === 0
      ? r +
        z *
          r *
          (-1.66666666666666324348e-1 +
            z *
              (8.33333333332248946124e-3 +
                z *
                  (-1.98412698298579493134e-4 +
                    z *
                      (2.75573137070700676789e-6 + z * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10)))))
      : 1 -
        (z * 0.5 -
          z *
            z *
            (4.16666666666666019037e-2 +
              z *
                (-1.38888888888741095749e-3 +
                  z *
                    (2.48015872894767294178e-5 +
                      z *
                        (-2.75573143513906633035e-7 +
                          z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11))))))
  return quadrant < 2 ? y : -y
}

const ln2_high = 6.9314718036912381649e-1
const ln2_low = 1.90821492927058770002e-10

/** e to the x; relative error below 2e-16 where the result is a normal number, 0 below -745, Infinity above 709.78. */
export function exp(x: number): number {
  if (!(x < 709.782712893384)) return Number.isNaN(x) ? x : Number.POSITIVE_INFINITY
  if (x < -745.2) return 0
  const k = Math.floor(x * 1.442695040888963387 + 0.5)
  const upper = x - k * ln2_high
  const lower = k * ln2_low
  const r = upper - lower
  const t = r * r
  const c =
    r -
    t *
      (1.66666666666666019037e-1 +
        t *
          (-2.77777777770155933842e-3 +
            t * (6.61375632143793436117e-5 + t * (-1.6533902205465251539e-6 + t * 4.13813679705723846039e-8))))
  const y = 1 - (lower - (r * c) / (2 - c) - upper)
  // In two steps, because 2^k alone may leave the range of doubles.
  const half = k >> 1
  return y * twoTo(half) * twoTo(k - half)
}

/** Natural logarithm; relative error below 1e-15. -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN
  if (x === Number.POSITIVE_INFINITY) return x
  let k = 0
  let scaled = x
  if (x < 2.2250738585072014e-308) {
    scaled = x * 18014398509481984
    k = -54
  }
  bits[0] = scaled
  const top = words[high]!
  k += (top >>> 20) - 1023
  const mantissa = top & 0xfffff
  // Bring the mantissa into sqrt(1/2) .. sqrt(2).
  const above = (mantissa + 0x95f64) & 0x100000
  words[high] = mantissa | (above ^ 0x3ff00000)
  k += above >>> 20
  const f = bits[0]! - 1
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1))
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)))
  const square = 0.5 * f * f
  return k * ln2_high - (square - (s * (square + even + odd) + k * ln2_low) - f)
}

/** x to the y for x > 0; 0 for x = 0 and y > 0. Relative error about 1e-15 times |y log x|. */
export const power = (x: number, y: number): number => (x === 0 ? 0 : exp(y * log(x)))

function twoTo(k: number): number {
  words[1 - high] = 0
  words[high] = (k + 1023) << 20
  return bits[0]!
}

/** The standard normal value below which a share p lies, 0 < p < 1; relative error about 1e-16 (AS 241). */
export function inverseNormal(p: number): number {
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) return q * ratio(0.180625 - q * q, centre)
  const r = Math.sqrt(-log(q < 0 ? p : 1 - p))
  const x = r <= 5 ? ratio(r - 1.6, tail) : ratio(r - 5, farTail)
  return q < 0 ? -x : x
}

/** Numerator coefficients from degree 0, then denominator coefficients from degree 0. */
type Rational = readonly [readonly number[], readonly number[]]

const centre: Rational = [
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
    28729.085735721942674, 5226.495278852854561,
  ],
]
const tail: Rational = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
]
const farTail: Rational = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
]

function ratio(x: number, [numerator, denominator]: Rational): number {
  let above = 0
  let below = 0
  for (let i = 7; i >= 0; i--) {
    above = above * x + numerator[i]!
    below = below * x + denominator[i]!
  }
  return above / below
}
