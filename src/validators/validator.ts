// The Validator port: named measurements of a candidate frame against an optional real one.

import type { Frame } from '#core/series.ts'

export type Finding = {
  /** 'ks.temperature', 'fidelity.overall' */
  readonly name: string
  readonly value: number
  /** What it is held against; absent when it only informs. */
  readonly threshold?: number
  readonly verdict: 'pass' | 'warn' | 'fail' | 'info'
  /** One sentence: why it matters to the person who reads it. */
  readonly why: string
}

export type Validator = {
  readonly name: string
  readonly summary: string
  /** Whether it can say anything without a reference. */
  readonly needsReference: boolean
  /** Throws InputError when the frames share no channel or are too short. */
  validate(candidate: Frame, reference: Frame | undefined): Finding[]
}

export const defineValidator = (validator: Validator): Validator => validator
