import { existsSync } from 'node:fs'
import { inspectFileBlobs } from '../blobs/files/inspect-file-blobs.ts'
import type { DiskFigures } from '../cli/disk.ts'
import type { Settings } from '../config/settings.ts'
import { freeBytes } from '../disk/free-bytes.ts'
import { diskUsage } from '../operations/disk-usage.ts'
import { onFoundCatalog } from './found-catalog.ts'
import { refuseStrangers } from './pairing.ts'

/** Reads what everyone's maps take of the volume, beside a running server. */
export function readDisk(settings: Settings): Promise<DiskFigures> {
  return onFoundCatalog(settings, async catalog => {
    if (!existsSync(settings.blobs)) throw new Error(`there is no folder of blobs ${settings.blobs} (MAPKEEP_BLOBS_URL)`)
    const blobs = inspectFileBlobs(settings.blobs)
    // Before the first start of a server nobody has claimed them yet
    if ((await blobs.installation()) !== undefined) await refuseStrangers(catalog, blobs, settings)
    return diskUsage({ catalog, freeBytes: () => freeBytes(settings.blobs) }, Date.now())
  })
}
