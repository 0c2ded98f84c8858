import type { BlobStore, CopyName } from './blob-store.ts'

/** What was found where copies are kept. */
export interface FoundFiles {
  readonly copies: readonly CopyName[]
  /** How many files are no copies at all. */
  readonly foreign: number
}

/** A file of an upload or a compression that has no name yet. */
export interface TemporaryEntry {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since 1970. */
  readonly changedAt: number
}

/** Bytes under examination. Opening it makes nothing and changes nothing; it never looks into a quarantine. */
export interface BlobInspection extends Pick<BlobStore, 'installation' | 'read' | 'measure'> {
  /** Once: everything that is kept, in pages. A copy that comes or goes meanwhile may be among it or not. */
  keptFiles(): AsyncIterable<FoundFiles>
  /**
   * When an installation is copied: the bytes of a copy as they are stored, whatever the codec. Throws MissingCopy when it is gone, and
   * DamagedCopy at the end of the bytes when they do not decode to what the digest says.
   */
  readStored(name: CopyName): Promise<AsyncIterable<Uint8Array>>
  /** Where a copy lies, below the root of the store, for people. */
  placeOf(name: CopyName): string
  /** What lies in the temporary folder and can only be of an upload or a compression, under way or not, in pages. */
  temporaryFiles(): AsyncIterable<readonly TemporaryEntry[]>
  /** For a copy that the catalog does not know or that is damaged: moves it into a quarantine of this name, durably. False when it is not there any more. */
  quarantineCopy(name: CopyName, quarantine: string): Promise<boolean>
  /** For a temporary file that nobody will come back to: moves it likewise. */
  quarantineTemporary(name: string, quarantine: string): Promise<boolean>
}
