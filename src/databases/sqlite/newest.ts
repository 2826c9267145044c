// The column device_state.newest: for each channel of a device four float64: channel_key, recordedAt, receivedAt, value.
// One small row per device then holds its newest values and its list of channels, and costs one update per commit.

export const wordsPerChannel = 4

export function newestOf(blob: Uint8Array): Float64Array {
  const aligned = blob.byteOffset % 8 === 0 ? blob : blob.slice()
  return new Float64Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 3)
}

/** The channel_keys in it. */
export function channelKeysOf(blob: Uint8Array): number[] {
  const newest = newestOf(blob)
  return Array.from({ length: newest.length / wordsPerChannel }, (_, i) => newest[i * wordsPerChannel]!)
}
