import type { Selection } from '../../domain/selection.ts'
import type { SourceMap } from '../../domain/source-map.ts'
import type { Upload } from '../../domain/upload.ts'
import type { Codec, CopyName } from './blob-store.ts'
import type { KeyCatalog } from './key-catalog.ts'
import type { ReadCatalog } from './read-catalog.ts'

/** Whose maps, which of them, and in what state: the one thing that previews, deletions and restorations agree on. */
export interface Scope {
  readonly organization: number
  readonly selection: Selection
  readonly state: 'live' | 'deleted'
}

/** What a selection holds at one moment. Sizes are bytes. */
export interface Totals {
  readonly count: number
  readonly size: number
  /** The highest id of the organization then; later uploads lie above it. */
  readonly mark: number
  /** Sums over the members that change whenever a member comes, goes or moves. */
  readonly trace: Trace
}

/** Order-independent sums over members: of their ids and of their state versions. */
export interface Trace {
  readonly ids: number
  readonly versions: number
}

/** A map with the number its row's state has changed so far. */
export interface TracedMap extends SourceMap {
  readonly stateVersion: number
}

/** A place in the pages of a scope; opaque to callers. */
export interface PagePosition {
  readonly strand: number
  readonly after: number
}

/** A passage of maps from one state to another. */
export interface Passage {
  readonly to: 'live' | 'deleted'
  /** Id of the key that asked. */
  readonly actor: string
  /** Network address of the request, if it came by network. */
  readonly address: string | undefined
  /** Milliseconds since 1970. */
  readonly at: number
  /** Until when a deletion can be undone, milliseconds since 1970. */
  readonly undoUntil: number | undefined
  readonly reason: string | undefined
}

/** A finished passage. `members`: packed id ranges. */
export interface Moved {
  readonly operation: number
  readonly count: number
  readonly size: number
  readonly members: Uint8Array
  /** Those of the given ids that are not among the members. */
  readonly unmatched: readonly string[]
}

/** What a declared upload has to do next. */
export type Declared =
  | { readonly repeatOf: number }
  /** `write`: the copies to be made durable, under the given names, before {@link Catalog.commitUpload}. */
  | { readonly intent: number; readonly write: readonly CopyName[] }

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
export interface Catalog extends KeyCatalog, ReadCatalog {
  /**
   * When an upload's bytes are received, before they get a name. A live map with the same identity and content makes it a
   * repeat: its state version rises, so that a plan made before notices. Otherwise the intent is recorded.
   */
  declareUpload(upload: Upload): Promise<Declared>
  /** When all copies of the intent are durable: makes the map, or finds that a twin was faster. Nothing when content was lost meanwhile: declare again. */
  commitUpload(intent: number, upload: Upload): Promise<Committed | undefined>
  /** When an upload failed after it was declared: condemns its copies and names them. */
  abandonUpload(intent: number): Promise<readonly CopyName[]>

  /** For previews: every map of the scope when there are at most `limit`, in id order; otherwise nothing. */
  few(scope: Scope, limit: number): Promise<readonly TracedMap[] | undefined>
  /** For previews of many: one pass over the scope. */
  totals(scope: Scope): Promise<Totals>
  /** For previews of many: the next maps of the scope up to `mark`; `next` is missing on the last page. */
  page(scope: Scope, mark: number, from?: PagePosition): Promise<{ readonly maps: readonly TracedMap[]; readonly next?: PagePosition }>
  /** Those ids of the selection's id filter that match nothing in the scope. */
  unmatchedIds(scope: Scope): Promise<readonly string[]>
  /** The one way maps change between live and deleted: all of the scope at once, as one operation. Nothing when nothing matches. */
  move(scope: Scope, passage: Passage): Promise<Moved | undefined>
  /** After a move, for its answer: those of these maps that the operation still is the last one of. */
  membersOf(organization: number, operation: number, ids: readonly number[]): Promise<readonly SourceMap[]>

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
  /** Copies that nothing needs and no intent protects. */
  condemned(limit: number): Promise<readonly CopyName[]>
  /** After the bytes were removed. */
  forgetCopies(copies: readonly CopyName[]): Promise<void>
  /** Once at start, by the only server of an embedded store: condemns what interrupted uploads left. */
  abandonStaleIntents(): Promise<void>

  /** For readiness: throws when the catalog does not answer. Never waits behind long work, since a busy catalog is ready. */
  check(): Promise<void>
  close(): Promise<void>
}
