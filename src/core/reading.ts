// Reading: one device, one instant, one or more measurements. What comes through every door.

/** A reading as the product keeps it. */
export type Reading = {
  /** Unique per tenant for ever. UUIDs are equal without regard to case and are kept in lower case. */
  readonly id: string
  readonly device: string
  /** The device's clock, epoch ms UTC. */
  readonly recordedAt: number
  /** Our clock when the door took it, epoch ms UTC. */
  readonly receivedAt: number
  /** Channel name to finite number. Never empty. */
  readonly values: Readonly<Record<string, number>>
  /** Ground truth of a synthetic reading: what was planted here, such as 'spike'. */
  readonly label?: string
}

/** What became of one event. `rejected` always carries a reason. */
export type Verdict = 'accepted' | 'duplicate' | 'rejected'

/**
 * Readings as columns: what crosses from the doors to the stores and between threads. n = count.
 * Built by `platform/ingest`; a store may keep the arrays (they are transferred, not shared).
 */
export type ReadingBatch = {
  readonly count: number
  /** Distinct device names; `device[i]` points into it. */
  readonly devices: readonly string[]
  readonly device: Uint32Array
  /** Epoch ms UTC, (n). */
  readonly recordedAt: Float64Array
  readonly receivedAt: Float64Array
  /** 16 bytes per reading, (n * 16): the UUID's bytes, or the first 16 bytes of SHA-256 of any other id. */
  readonly idKeys: Uint8Array
  /** Row to the id's own text, for ids that are not UUIDs. Others are written from their key. */
  readonly idTexts: ReadonlyMap<number, string>
  /** 8 bytes per reading, (n * 8): hash of device, time, sorted channels and values, label. Tells a repeat from a conflict. */
  readonly payloadHashes: Uint8Array
  /** Distinct lists of channel names, each sorted; `layout[i]` points into it. */
  readonly layouts: readonly (readonly string[])[]
  readonly layout: Uint32Array
  /** Values of all readings one after the other, in the order of their layout. */
  readonly values: Float64Array
  /** Reading i owns `values[valueStart[i] .. valueStart[i + 1])`, (n + 1). */
  readonly valueStart: Uint32Array
  /** Row to its label, where there is one. */
  readonly labels: ReadonlyMap<number, string>
}

/** Verdict codes of a store, one byte per reading of a batch. */
export const stored = { accepted: 0, duplicate: 1, conflict: 2, unknownDevice: 3, tooManyChannels: 4 } as const
