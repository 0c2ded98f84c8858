import type { FsckOrder } from '../cli/fsck.ts'
import type { Settings } from '../config/setting.ts'
import type { InspectionReport } from '../domain/inspection.ts'
import { fsck } from '../operations/fsck.ts'
import { onFoundBlobs } from './blob-stores.ts'
import { onFoundCatalog } from './catalogs.ts'
import { withoutServers } from './lock-places.ts'
import { refuseStrangers } from './pairing.ts'

/** Inspects rows and bytes, beside a running server or without one; makes neither of the stores. */
export function inspectStores(settings: Settings, { onProgress, ...wish }: FsckOrder): Promise<InspectionReport> {
  return onFoundCatalog(settings, catalog =>
    onFoundBlobs(settings, async blobs => {
      await refuseStrangers(catalog, blobs, settings)
      const parts = { catalog, blobs, clock: Date.now, onProgress }
      return fsck({ ...parts, withoutServer: work => withoutServers(settings, work) }, wish)
    }),
  )
}
