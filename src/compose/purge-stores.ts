import { setTimeout as wait } from 'node:timers/promises'
import { inspectFileBlobs } from '../blobs/files/inspect-file-blobs.ts'
import { openFileBlobs } from '../blobs/files/open-file-blobs.ts'
import type { PurgeOrder } from '../cli/purge.ts'
import type { Settings } from '../config/settings.ts'
import { type PurgeEnd, previewPurge, purge } from '../operations/purge.ts'
import { onFoundCatalog } from './found-catalog.ts'
import { refuseStrangers } from './pairing.ts'

/** Milliseconds that a purge by command leaves to a running server after each piece. */
const betweenPieces = 5

/** Purges what is due, beside a running server or without one. */
export function purgeStores(settings: Settings, { dryRun, signal, ...watching }: PurgeOrder): Promise<PurgeEnd> {
  return onFoundCatalog(settings, async catalog => {
    await refuseStrangers(catalog, inspectFileBlobs(settings.blobs), settings)
    if (dryRun) return { ...(await previewPurge(catalog, Date.now())), taken: false }
    const parts = { catalog, blobs: await openFileBlobs(settings.blobs), clock: Date.now, ...watching }
    return purge({ ...parts, actor: 'command line', pause: () => wait(betweenPieces, undefined, { signal }) })
  })
}
