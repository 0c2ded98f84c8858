/** How a copy's bytes are kept on disk. */
export type Codec = 'identity' | 'gzip' | 'brotli' | 'zstd'

/** The name of one stored copy: never used twice, so that removing an old copy can never take a new one. */
export interface CopyName {
  readonly organization: number
  /** SHA-256 of the bytes as uploaded, in lower-case hex. */
  readonly digest: string
  /** Random text that tells this copy from every other of the same content. */
  readonly generation: string
  readonly codec: Codec
}

/** Received bytes that have no name yet; gone after a crash. */
export interface Spooled {
  readonly digest: string
  /** Bytes. */
  readonly size: number
}

/** A part of the bytes as uploaded, both ends included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/** Where bytes live. Knows nothing of maps; says when each method is called. */
export interface BlobStore {
  /** Once at start: the installation that claimed these bytes; nothing when nobody has. */
  installation(): Promise<string | undefined>
  /** On first use, when nobody has: from now on these bytes belong to this installation's catalog. Durable once resolved. */
  claim(installation: string): Promise<void>
  /** While an upload streams in: takes the bytes and hashes them. Throws Problem `too_large` beyond `limit` bytes and leaves nothing. */
  receive(source: AsyncIterable<Uint8Array>, limit: number): Promise<Spooled>
  /** After the catalog noted the intent: durable under its name once resolved (written, synced, renamed, folders synced). */
  keep(spooled: Spooled, name: CopyName): Promise<void>
  /** Always, when an upload has ended, kept or not: forgets what {@link receive} took. Never throws. */
  discard(spooled: Spooled): Promise<void>
  /** For a look-up or download: the bytes as uploaded, decoded. Throws {@link MissingCopy} when the copy is gone. */
  read(name: CopyName, range?: ByteRange): Promise<AsyncIterable<Uint8Array>>
  /** Before an upload relies on a copy, and for an inspection: the bytes that it takes on disk now; nothing when it is not there. */
  measure(name: CopyName): Promise<number | undefined>
  /**
   * In the background: writes a compressed copy of `from` as `to`, synced and verified by digest, and gives its stored bytes;
   * nothing when compression does not pay, and then no copy is left. Awaits `pause` before each piece, since uploads are in a hurry.
   * Throws {@link DamagedCopy} when `from` is not what its digest says.
   */
  compress(from: CopyName, to: CopyName, pause?: () => Promise<void>): Promise<number | undefined>
  /** After the catalog condemned the copy: removes it. A copy that is gone already is no error. */
  remove(name: CopyName): Promise<void>
  /** The same for many, which takes less for each: gives those that are gone for good, and tells of each fault that kept others. */
  removeAll(names: readonly CopyName[], onFault: (error: unknown) => void): Promise<readonly CopyName[]>
  /** For readiness: throws when bytes could not be written now. */
  check(): Promise<void>
  /** At start by the only server of this store, or now and then by one of many: removes what interrupted uploads left. */
  sweep(): Promise<void>
}

/** A copy the catalog names is not in the store. */
export class MissingCopy extends Error {
  constructor(name: CopyName) {
    super(`no copy ${name.generation} of blob ${name.digest}`)
    this.name = 'MissingCopy'
  }
}

/** The bytes of a stored copy are not those its digest names. */
export class DamagedCopy extends Error {
  constructor(name: CopyName, found: string) {
    super(`copy ${name.generation} of blob ${name.digest} reads back as ${found}: it is damaged`)
    this.name = 'DamagedCopy'
  }
}
