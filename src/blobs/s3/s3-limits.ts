/** How much an S3 store holds in memory and how long it waits. Sizes in bytes, times in milliseconds. */
export interface S3Limits {
  /** What is sent at once; larger content is sent in parts of this size. S3 takes none below 5 MiB, and 10,000 of them. */
  readonly part: number
  /** Parts in memory, of all uploads together; who needs one more waits. */
  readonly buffers: number
  /** Up to this size an object is copied in one request, above it in pieces of `copyPiece`, so that no request takes long. */
  readonly wholeCopy: number
  readonly copyPiece: number
  readonly connectTimeout: number
  /** Without a byte in either direction. */
  readonly idleTimeout: number
  /** One request with all its repetitions, up to the first byte of the answer. */
  readonly requestTimeout: number
  /** Whatever temporary is older than this belongs to nobody any more. */
  readonly abandonedAfter: number
  /** What a claim waits, where the server knows no conditions, for others that claim at the same time. */
  readonly settle: number
}

const mebibyte = 1024 * 1024

/** What a server uses; why these: docs/decisions/0016-blobs-on-s3.md. */
export const s3Limits: S3Limits = {
  part: 8 * mebibyte,
  buffers: 16,
  wholeCopy: 256 * mebibyte,
  copyPiece: 128 * mebibyte,
  connectTimeout: 5000,
  idleTimeout: 30_000,
  requestTimeout: 120_000,
  abandonedAfter: 24 * 3_600_000,
  settle: 2000,
}
