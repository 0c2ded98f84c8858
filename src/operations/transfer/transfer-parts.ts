import type { TransferProgress } from '../../domain/transfer.ts'
import type { BlobInspection } from '../ports/blob-inspection.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { TransferSource, TransferTarget } from '../ports/transfer-catalog.ts'

/** Where an installation is copied from. */
export interface TransferFrom {
  readonly rows: TransferSource
  readonly blobs: BlobInspection
}

/** Where it is copied to. */
export interface TransferTo {
  readonly rows: TransferTarget
  readonly blobs: BlobStore
  /** Names for people, and to know the same places again. */
  readonly places: { readonly rows: string; readonly blobs: string }
}

/** What a transfer stands on. */
export interface TransferParts {
  readonly from: TransferFrom
  readonly to: TransferTo
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** A name that no other run has. */
  readonly run: string
  /** Leaves off between two files or pages. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: TransferProgress) => void
  /** Told of each file of the source that cannot be copied. */
  readonly onFault: (error: Error) => void
}

/** So many rows are copied or compared together. */
export const transferPage = 500
