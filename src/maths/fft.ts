// Discrete Fourier transform of a power-of-two length, in place, and the autocorrelation it makes cheap.
// Own code: sixty lines, and its bits do not depend on the engine's sine. Source: Cooley and Tukey 1965.

import { cosTurns, sinTurns } from '#core/elementary.ts'

/** Smallest power of two that is not below n. */
export const nextPowerOfTwo = (n: number): number => 2 ** Math.max(0, 32 - Math.clz32(Math.max(1, n) - 1))

/** Replaces (real, imaginary) by X[k] = sum x[n] exp(-2 pi i k n / N). N, a power of two, is their common length. */
export function fft(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1
    for (; j & bit; bit >>= 1) j ^= bit
    j ^= bit
    if (i < j) {
      swap(real, i, j)
      swap(imaginary, i, j)
    }
  }
  const cosines = new Float64Array(size / 2)
  const sines = new Float64Array(size / 2)
  for (let k = 0; k < size / 2; k++) {
    cosines[k] = cosTurns(k / size)
    sines[k] = -sinTurns(k / size)
  }
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half)
    for (let start = 0; start < size; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const c = cosines[k * stride]!
        const s = sines[k * stride]!
        const upper = start + k
        const lower = upper + half
        const re = real[lower]! * c - imaginary[lower]! * s
        const im = real[lower]! * s + imaginary[lower]! * c
        real[lower] = real[upper]! - re
        imaginary[lower] = imaginary[upper]! - im
        real[upper] = real[upper]! + re
        imaginary[upper] = imaginary[upper]! + im
      }
    }
  }
}

function swap(x: Float64Array, i: number, j: number): void {
  const kept = x[i]!
  x[i] = x[j]!
  x[j] = kept
}

/** Sums over t of a[t] * b[t + lag] for lag 0 .. lags, by FFT; both the same length n > lags. */
export function laggedProducts(a: Float64Array, b: Float64Array, lags: number): Float64Array {
  const size = nextPowerOfTwo(a.length + lags + 1)
  // Two real transforms in one: a is the real part, b the imaginary part.
  const real = new Float64Array(size)
  const imaginary = new Float64Array(size)
  real.set(a)
  imaginary.set(b)
  fft(real, imaginary)
  const productReal = new Float64Array(size)
  const productImaginary = new Float64Array(size)
  for (let k = 0; k < size; k++) {
    const m = (size - k) % size
    const aRe = (real[k]! + real[m]!) / 2
    const aIm = (imaginary[k]! - imaginary[m]!) / 2
    const bRe = (imaginary[k]! + imaginary[m]!) / 2
    const bIm = (real[m]! - real[k]!) / 2
    // conj(conj(A) B), so that a forward transform serves as the inverse one.
    productReal[k] = aRe * bRe + aIm * bIm
    productImaginary[k] = -(aRe * bIm - aIm * bRe)
  }
  fft(productReal, productImaginary)
  return productReal.slice(0, lags + 1).map((sum) => sum / size)
}
