// The type of seeded randomness. A value is a function of the seed and a position, so any part of a stream can be
// computed without what came before it.

export type Rng = {
  /** Unsigned 32-bit word at a position (an integer, 0 .. 2^53 - 1). */
  wordAt(position: number): number
  /** Uniform on the open interval (0, 1). */
  uniformAt(position: number): number
  /** Standard normal. */
  normalAt(position: number): number
  /** An independent stream, named by its labels: `rng.derive('device', 'boiler', 'jitter')`. */
  derive(...labels: readonly (string | number)[]): Rng
  /** The next uniform, for code that has no natural position. */
  uniform(): number
  /** The next standard normal. */
  normal(): number
}
