/** How far the transfer of an installation has come. */
export interface TransferProgress {
  readonly step: 'files' | 'rows' | 'comparison'
  /** Files or rows of this step, of those that earlier runs have done, too. */
  readonly done: number
  readonly total: number
  /** Stored bytes of the files that are done, and of all. */
  readonly size: number
  readonly totalSize: number
  /** Stored bytes that this run has written. */
  readonly movedSize: number
}

/** What a transfer has copied, or would copy. Sizes are stored bytes. */
export interface TransferReport {
  /** Whether an earlier run had begun it. */
  readonly resumed: boolean
  /** By table. */
  readonly rows: Readonly<Record<string, number>>
  readonly files: number
  readonly size: number
  /** What this run has written of them; nothing of what was there already. */
  readonly movedFiles: number
  readonly movedSize: number
}
