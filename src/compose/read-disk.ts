import { existsSync } from 'node:fs'
import type { DiskFigures } from '../cli/disk.ts'
import type { Settings } from '../config/setting.ts'
import { diskUsage } from '../operations/disk-usage.ts'
import { onFoundBlobs, roomOf } from './blob-stores.ts'
import { onFoundCatalog } from './catalogs.ts'
import { refuseStrangers } from './pairing.ts'

/** Reads what everyone's maps take of the volume, beside a running server. */
export function readDisk(settings: Settings): Promise<DiskFigures> {
  const { blobs: place } = settings
  return onFoundCatalog(settings, catalog =>
    onFoundBlobs(settings, async blobs => {
      if (place.store === 'files' && !existsSync(place.folder))
        throw new Error(`there is no folder of blobs ${place.folder} (MAPKEEP_BLOBS_URL)`)
      // Before the first start of a server nobody has claimed them yet
      if ((await blobs.installation()) !== undefined) await refuseStrangers(catalog, blobs, settings)
      return diskUsage({ catalog, freeBytes: roomOf(settings) }, Date.now())
    }),
  )
}
