import type { StoredCopy } from './catalog.ts'

/**
 * The tables that make an installation with the columns of their keys, in the order in which they are copied: bytes come early, since they
 * take longest and may turn out to be damaged. What is left out is of the moment: plans, uploads under way, copies to be removed, leases, counted requests.
 */
export const transferKeys = {
  organization: ['number'],
  access_key: ['id'],
  blob_copy: ['organization', 'digest', 'generation'],
  blob: ['organization', 'digest'],
  source_map: ['organization', 'id'],
  source_map_event: ['organization', 'id'],
  source_map_uuid: ['organization', 'uuid', 'id'],
  source_map_file: ['organization', 'id', 'part'],
  shared_content: ['organization', 'id', 'digest'],
  operation: ['organization', 'number'],
  request: ['organization', 'actor', 'key'],
  hold: ['organization', 'id'],
  hold_map: ['organization', 'hold', 'id'],
  audit_event: ['organization', 'at', 'id'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** One of the tables that are copied. */
export type TransferTableName = keyof typeof transferKeys

/** The tables in their order. */
export const transferTables = Object.keys(transferKeys) as TransferTableName[]

/** A row as it is stored, by the names of its columns. */
export type Row = Readonly<Record<string, string | number | null>>

/** The values of a row's key, in the order of the key's columns. */
export type RowKey = readonly (string | number)[]

/** Rows that follow each other in the order of their keys. */
export interface RowPage {
  readonly rows: readonly Row[]
  /** Up to which key these are all; nothing: up to the end. */
  readonly until: RowKey | undefined
  /** The copies of blobs that these rows tell of, whose bytes go first. */
  readonly copies: readonly StoredCopy[]
}

/** A part of a table: rows with keys behind one and up to another, this one included; nothing is the beginning, or the end. */
export interface RowSpan {
  readonly table: TransferTableName
  readonly after: RowKey | undefined
  readonly until: RowKey | undefined
}

/** How much there is to be copied. */
export interface Extent {
  readonly rows: Readonly<Record<TransferTableName, number>>
  readonly files: number
  /** Stored bytes. */
  readonly size: number
}

/** What tells an installation from every other. */
export interface Installation {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/** The rows that are copied; nothing is ever written here. */
export interface TransferSource {
  /** Before anything else: false of a catalog that is itself a copy that is not finished. */
  isWhole(): Promise<boolean>
  installation(): Promise<string>
  /** Once: what the new catalog takes over. */
  describeInstallation(): Promise<Installation>
  /** At the beginning and at the end: a text that is another one after nearly every change. */
  fingerprint(): Promise<string>
  /** Once, for progress. */
  extent(): Promise<Extent>
  /** The next rows of a table. */
  page(table: TransferTableName, after: RowKey | undefined, limit: number): Promise<RowPage>
}

/** Where a table has been copied up to; no key: its beginning. */
export interface Reached {
  readonly table: TransferTableName
  readonly key: RowKey | undefined
}

/** A transfer as its target remembers it. */
export interface KnownTransfer {
  /** Installation id. */
  readonly source: string
  /** Where its bytes go, as a text that is the same for the same place. */
  readonly blobs: string
  readonly fingerprint: string
  readonly reached: Reached | undefined
  readonly isFinished: boolean
}

/** What a target holds before the transfer goes on. */
export interface TargetState {
  /** The newest transfer; nothing when there has been none. */
  readonly transfer: KnownTransfer | undefined
  /** Whether there are organizations, as a server makes at its first start. */
  readonly isUsed: boolean
}

/** Rows to be made what they are in the source, and how far the table is then copied. All of it is one transaction. */
export interface RowsToSettle {
  readonly table: TransferTableName
  /** New ones, and ones that are different now. */
  readonly put: readonly Row[]
  /** Ones that the source does not have any more. */
  readonly remove: readonly Row[]
  readonly reached: Reached
}

/** Another process has gone on with the transfer that this one was at. */
export class TransferTaken extends Error {
  constructor() {
    super('another process goes on with this copy; it is the only one that may write now')
    this.name = 'TransferTaken'
  }
}

/** The rows that are made. Whoever began or resumed last may write, all others throw {@link TransferTaken}. */
export interface TransferTarget {
  state(): Promise<TargetState>
  /** On an unused catalog: makes it the installation's own, unfinished. */
  begin(transfer: Omit<KnownTransfer, 'reached' | 'isFinished'>, installation: Installation, run: string): Promise<void>
  /** On an unfinished one: this run goes on with it. `reached`: from where. */
  resume(run: string, fingerprint: string, reached: Reached | undefined): Promise<void>
  /** What is there of what was copied, for progress. */
  extent(): Promise<Extent>
  /** What is there of a part of a table. */
  span(span: RowSpan): Promise<readonly Row[]>
  settle(run: string, rows: RowsToSettle): Promise<void>
  /** When the comparison found differences: the next run looks at every row again. */
  startOver(run: string): Promise<void>
  /** When everything is there and was compared: the catalog is whole from now on. Milliseconds since 1970. */
  finish(run: string, at: number): Promise<void>
}
