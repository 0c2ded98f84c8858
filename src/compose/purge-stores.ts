import { setTimeout as wait } from 'node:timers/promises'
import type { PurgeOrder } from '../cli/purge.ts'
import type { Settings } from '../config/setting.ts'
import { type PurgeEnd, previewPurge, purge } from '../operations/purge.ts'
import { onFoundBlobs, openBlobs } from './blob-stores.ts'
import { onFoundCatalog } from './catalogs.ts'
import { refuseStrangers } from './pairing.ts'
import { removalDelay } from './removal-delay.ts'

/** Milliseconds that a purge by command leaves to a running server after each piece. */
const betweenPieces = 5

/** Purges what is due, beside running servers or without one. */
export function purgeStores(settings: Settings, { dryRun, signal, ...watching }: PurgeOrder): Promise<PurgeEnd> {
  return onFoundCatalog(settings, async catalog => {
    await onFoundBlobs(settings, found => refuseStrangers(catalog, found, settings))
    if (dryRun) return { ...(await previewPurge(catalog, Date.now())), taken: false }
    const { blobs, close } = await openBlobs(settings)
    try {
      const pause = () => wait(betweenPieces, undefined, { signal })
      return await purge({
        catalog,
        blobs,
        removalDelay: removalDelay(settings),
        clock: Date.now,
        ...watching,
        actor: 'command line',
        pause,
      })
    } finally {
      close()
    }
  })
}
