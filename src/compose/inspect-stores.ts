import { inspectFileBlobs } from '../blobs/files/inspect-file-blobs.ts'
import { withoutServer } from '../catalog/sqlite/lock-stores.ts'
import type { FsckOrder } from '../cli/fsck.ts'
import type { Settings } from '../config/settings.ts'
import type { InspectionReport } from '../domain/inspection.ts'
import { fsck } from '../operations/fsck.ts'
import { onFoundCatalog } from './found-catalog.ts'
import { refuseStrangers } from './pairing.ts'

/** Inspects rows and bytes, beside a running server or without one; makes neither of the stores. */
export function inspectStores(settings: Settings, { onProgress, ...wish }: FsckOrder): Promise<InspectionReport> {
  return onFoundCatalog(settings, async catalog => {
    const blobs = inspectFileBlobs(settings.blobs)
    await refuseStrangers(catalog, blobs, settings)
    const parts = { catalog, blobs, clock: Date.now, onProgress }
    return fsck({ ...parts, withoutServer: work => withoutServer(settings, work) }, wish)
  })
}
