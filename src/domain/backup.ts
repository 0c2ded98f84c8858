/** A copy that could not be carried over, since its file is gone or is not what its name says. */
export interface LostCopy {
  /** Where it lies below the folder of the blobs. */
  readonly file: string
  /** What is wrong, in words. */
  readonly fault: string
}

/** What was carried from one folder of blobs to another. Sizes are stored bytes. */
export interface Carried {
  /** Copies that are there in the end. */
  readonly copies: number
  readonly size: number
  /** Those among them that were not there before. */
  readonly newCopies: number
  readonly newSize: number
  readonly lostCount: number
  /** The first of them. */
  readonly lost: readonly LostCopy[]
}

/** What a backup came to. */
export interface BackupReport extends Carried {
  readonly installation: string
  /** The moment that it shows, milliseconds since 1970. */
  readonly takenAt: number
  /** Bytes of the catalog. */
  readonly catalogSize: number
  /** Copies of earlier backups that nothing needs any more. */
  readonly removed: number
}

/** How far a backup or its restoring has come. Sizes are stored bytes. */
export interface CarryProgress {
  readonly copies: number
  readonly size: number
  readonly totalCopies: number
  readonly totalSize: number
  /** What of the size had to be written. */
  readonly newSize: number
}
