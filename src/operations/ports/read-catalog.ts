import type { Selection } from '../../domain/selection.ts'
import type { SourceMap, State } from '../../domain/source-map.ts'
import type { CopyName } from './blob-store.ts'

/** A question for live maps, newest first. */
export interface ListQuery {
  readonly organization: number
  readonly selection: Selection
  /** Only maps that have a debug id. */
  readonly withDebugId: boolean
}

/** A deleted map that can still be restored. Times are milliseconds since 1970. */
export interface DeletedMap extends SourceMap {
  readonly deletedAt: number
  /** Until when the operation that deleted it can surely be undone. */
  readonly undoUntil: number | undefined
  /** The operation that deleted it. */
  readonly operation: number | undefined
}

/** A page of deleted maps; `next` is the id below which it goes on, missing on the last page. */
export interface DeletedPage {
  readonly maps: readonly DeletedMap[]
  readonly next: number | undefined
}

/** Which part of a list: the maps below an id, or after a number of them. */
export type ListPosition = { readonly before: number | undefined } | { readonly offset: number }

/** One file of a map and where its bytes are now. */
export interface StoredFile {
  readonly part: string
  readonly fileName: string | undefined
  /** Bytes as uploaded. */
  readonly size: number
  /** Bytes on disk. */
  readonly storedSize: number
  readonly copy: CopyName
}

/** All there is to know of one map. Times are milliseconds since 1970. */
export interface MapDetail {
  readonly map: SourceMap
  readonly state: State
  readonly files: readonly StoredFile[]
  readonly uploader: { readonly id: string; readonly name: string }
  readonly repository: { readonly url: string; readonly commit: string } | undefined
  readonly deletedAt: number | undefined
  readonly purgedAt: number | undefined
  readonly undoUntil: number | undefined
  readonly operation: number | undefined
}

/** How a js map is asked for. `fileName` is normalised. */
export type JsQuery = { readonly debugId: string } | { readonly service: string; readonly version: string; readonly fileName: string }

/** What is known of the code of a service's version. */
export type RepositoryInfo =
  | { readonly status: 'success'; readonly url: string; readonly commit: string }
  | { readonly status: 'not_found' | 'no_repository' }

/** A live symbol file that answers to a build id. */
export interface SymbolFile {
  readonly id: number
  readonly arch: string | undefined
  readonly symbolSource: string | undefined
  readonly overwrite: boolean
  readonly gnuBuildId: string | undefined
  readonly goBuildId: string | undefined
  readonly fileHash: string | undefined
}

/** Rows for those who only look. */
export interface ReadCatalog {
  /** Once at start: which installation this catalog is, made up with the catalog and never changed; its blobs carry the same id. */
  installation(): Promise<string>
  /** Live maps, newest first. */
  list(query: ListQuery, position: ListPosition, limit: number): Promise<readonly SourceMap[]>
  /** Deleted maps of a selection that are not purged, newest upload first: those below an id. */
  deletedMaps(query: Omit<ListQuery, 'withDebugId'>, before: number | undefined, limit: number): Promise<DeletedPage>
  /** How many {@link list} would give in all. */
  count(query: ListQuery): Promise<number>
  /** The newest live js map that answers. */
  findJs(organization: number, query: JsQuery): Promise<number | undefined>
  /** One map of any kind and state, but none of another organization. */
  detail(organization: number, id: number): Promise<MapDetail | undefined>
  /** Which of these debug ids (folded to one case) a live js map has. */
  existingDebugIds(organization: number, debugIds: readonly string[]): Promise<readonly string[]>
  repositoryInfo(organization: number, service: string, version: string): Promise<RepositoryInfo>
  /** Live ELF symbol files whose GNU build id, Go build id or file hash is one of these. */
  symbolFiles(organization: number, buildIds: readonly string[]): Promise<readonly SymbolFile[]>
}
