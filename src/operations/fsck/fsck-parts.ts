import type { InspectionProgress } from '../../domain/inspection.ts'
import type { BlobInspection } from '../ports/blob-inspection.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { InspectionCatalog } from '../ports/inspection-catalog.ts'

/** What an inspection stands on. */
export interface FsckParts {
  readonly catalog: InspectionCatalog & Pick<Catalog, 'listOrganizations' | 'releaseCopy'>
  readonly blobs: BlobInspection
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Runs the work while no server can start, and tells it so; beside a running server it runs, too, and is told false. */
  readonly withoutServer: <T>(work: (alone: boolean) => Promise<T>) => Promise<T>
  readonly onProgress: (progress: InspectionProgress) => void
}

/** What an inspection shall do. */
export interface FsckWish {
  readonly repair: boolean
  /** Decode and hash every copy that look-ups read. */
  readonly verifyBytes: boolean
}

/** So many rows or files are looked at together. */
export const fsckPage = 500
