// Device: whatever sends. A sensor, a camera, this computer, or a synthetic one.

export const deviceKinds = ['sensor', 'host', 'camera', 'synthetic', 'twin'] as const
export type DeviceKind = (typeof deviceKinds)[number]

/** What is known of a device besides its readings. Every field may be missing: a device may simply start to send. */
export type DeviceMetadata = {
  readonly kind?: DeviceKind
  /** Place in words: 'Berlin / Hall 2'. */
  readonly location?: string
  /** Six bytes in lower-case hex with colons. */
  readonly mac?: string
  /** IPv4 or IPv6 address. */
  readonly ip?: string
  readonly firmware?: string
  /** Degrees north, -90..90. */
  readonly latitude?: number
  /** Degrees east, -180..180. */
  readonly longitude?: number
  /** Name of the device that this one is a twin of. */
  readonly twinOf?: string
  /** Name of the fleet that runs it. */
  readonly fleet?: string
  /** Unit of each channel that is known. */
  readonly units?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
}

/** A device as the catalogue keeps it. Times are epoch ms UTC. */
export type Device = DeviceMetadata & {
  readonly device: string
  readonly createdAt: number
  /** receivedAt of the newest delivery; undefined before the first. */
  readonly lastSeenAt?: number
  /** recordedAt of the newest reading. */
  readonly lastRecordedAt?: number
  /** Names of every channel it ever sent, sorted. */
  readonly channels: readonly string[]
}

/** Real devices are drawn solid, synthetic ones dashed. */
export const isSynthetic = (kind: DeviceKind | undefined): boolean => kind === 'synthetic' || kind === 'twin'
