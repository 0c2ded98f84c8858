import type { Upload } from '../../domain/upload.ts'
import type { AuditCatalog } from './audit-catalog.ts'
import type { Codec, CopyName } from './blob-store.ts'
import type { HoldCatalog } from './hold-catalog.ts'
import type { InspectionCatalog } from './inspection-catalog.ts'
import type { KeyCatalog } from './key-catalog.ts'
import type { OperationCatalog } from './operation-catalog.ts'
import type { PassageCatalog } from './passage-catalog.ts'
import type { PurgeCatalog } from './purge-catalog.ts'
import type { RateCatalog } from './rate-catalog.ts'
import type { ReadCatalog } from './read-catalog.ts'
import type { UsageCatalog } from './usage-catalog.ts'

/** What a declared upload has to do next. */
export type Declared =
  | { readonly repeatOf: number; readonly copies: readonly StoredCopy[] }
  /** `write`: the copies to be made durable, under the given names, before {@link Catalog.commitUpload}. */
  | { readonly intent: number; readonly write: readonly CopyName[]; readonly copies: readonly StoredCopy[] }

/** A copy that an upload relies on instead of writing one. */
export interface StoredCopy {
  readonly name: CopyName
  /** Bytes on disk that it should have. */
  readonly storedSize: number
}

/** The end of an upload. */
export interface Committed {
  readonly id: number
  readonly repeat: boolean
  /** Copies that turned out not to be needed; already condemned, to be removed now. */
  readonly unneeded: readonly CopyName[]
}

/** A stored copy that may shrink. */
export interface CompressibleCopy {
  readonly name: CopyName
  readonly size: number
}

/** Rows: everything that must survive. Every method is one transaction; arguments and results are plain data. */
export interface Catalog
  extends KeyCatalog,
    ReadCatalog,
    PassageCatalog,
    OperationCatalog,
    HoldCatalog,
    PurgeCatalog,
    AuditCatalog,
    UsageCatalog,
    RateCatalog,
    InspectionCatalog {
  /**
   * When an upload's bytes are received, before they get a name. A live map with the same identity and content makes it a
   * repeat: its state version rises, so that a plan made before notices. Otherwise, and when a content has no copy beside those that
   * were found lost, the intent is recorded. `copies` are those relied on; whether they are sound is for the caller to see.
   */
  declareUpload(upload: Upload, lost?: readonly CopyName[]): Promise<Declared>
  /**
   * When all copies of the intent are durable: lets them take the place of lost ones and makes the map, or finds that one is there, which
   * a twin made or which has its bytes again by this. Nothing when content was lost meanwhile: declare again.
   */
  commitUpload(intent: number, upload: Upload, lost?: readonly CopyName[]): Promise<Committed | undefined>
  /** When an upload failed after it was declared: condemns its copies and names them. */
  abandonUpload(intent: number): Promise<readonly CopyName[]>

  /** In the background: copies stored as they came, whichever are found first. */
  compressible(limit: number): Promise<readonly CompressibleCopy[]>
  /** Before a compressed copy is written: names it and records the intent. */
  reserveCopy(from: CopyName, codec: Codec): Promise<CopyName>
  /** When a compressed copy is durable: look-ups use it from now on and the old copy is condemned. False when the old copy is not current any more; then the new one is condemned. */
  switchCopy(from: CopyName, to: CopyName, storedSize: number): Promise<boolean>
  /** When compression does not pay: never try this copy again; the reserved one is condemned. */
  settleCopy(copy: CopyName, reserved: CopyName): Promise<void>
  /** When a compression failed: the reserved copy is condemned, the old one may be tried again. */
  releaseCopy(reserved: CopyName): Promise<void>
  /**
   * In the background: condemns copies that no map uses and no upload under way relies on, at most `limit`; says how many. Such a copy
   * is what an upload leaves that was to be declared again and never was.
   */
  condemnUnreferenced(limit: number): Promise<number>
  /**
   * Copies that nothing needs and no intent protects; none while stored bytes are kept for a backup. Who keeps them sees a catalog that
   * was read afterwards whole: what is named here was condemned before.
   */
  condemned(limit: number): Promise<readonly CopyName[]>
  /**
   * The same where a database may fail over to a standby that lags: those that were seen condemned `age` milliseconds before `at`. Until then
   * their bytes stay, since the standby may still say that they are current.
   */
  longCondemned(limit: number, seen: { readonly at: number; readonly age: number }): Promise<readonly CopyName[]>
  /** After the bytes were removed. */
  forgetCopies(copies: readonly CopyName[]): Promise<void>
  /**
   * At start, by the only server of a store, or in the background by the only one of many that compresses: condemns what uploads that
   * were declared before a time left, and what interrupted compressions did. Milliseconds since 1970.
   */
  abandonStaleIntents(before: number): Promise<void>

  /** At start: false of a catalog that another one is being copied into; nobody may work on it before that is finished. */
  isWhole(): Promise<boolean>
  /** For readiness: throws when the catalog does not answer. Never waits behind long work, since a busy catalog is ready. */
  check(): Promise<void>
  close(): Promise<void>
}
