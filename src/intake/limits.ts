/** How much of an upload is taken before it is refused. Sizes are bytes after content decoding, times are milliseconds. */
export interface IntakeLimits {
  /** One file part of a kind whose limit is `file`. */
  readonly fileBytes: number
  /** One file part of a kind whose limit is `archive`. */
  readonly archiveBytes: number
  /** The whole decoded body; an encoded body longer than this is refused as well. */
  readonly totalBytes: number
  readonly eventBytes: number
  /** The `repository` part, which is kept in memory while it is read. */
  readonly repositoryBytes: number
  /** A git field that is sent as a part of its own. */
  readonly fieldBytes: number
  /** The header lines of one part; what is beyond is not read. */
  readonly headerBytes: number
  readonly parts: number
  /** Longest silence of the client while it has something to send. */
  readonly idleMs: number
  /** Decoded bytes up to which any compression ratio is believed. */
  readonly trustedBytes: number
  /** Decoded bytes that one encoded byte may become beyond that. */
  readonly ratio: number
}

const KiB = 1024
const MiB = 1024 * KiB

/** Everything but the sizes of files, which are settings of the installation. */
const fixedLimits = {
  eventBytes: MiB,
  repositoryBytes: 8 * MiB,
  fieldBytes: 16 * KiB,
  headerBytes: 16 * KiB,
  parts: 32,
  idleMs: 60_000,
  trustedBytes: 32 * MiB,
  ratio: 250,
} as const

/** What a body may hold beside its files: event, repository, and parts nobody asked for. */
const besideFiles = 64 * MiB

/** The usual limits around the given sizes of files; a body may hold two files or one archive. */
export function intakeLimits(sizes: Pick<IntakeLimits, 'fileBytes' | 'archiveBytes'>): IntakeLimits {
  const { fileBytes, archiveBytes } = sizes
  return { ...fixedLimits, fileBytes, archiveBytes, totalBytes: Math.max(2 * fileBytes, archiveBytes) + besideFiles }
}
