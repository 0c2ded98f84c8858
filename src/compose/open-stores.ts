import type { Settings } from '../config/setting.ts'
import { type CountedBlobs, countUploads } from '../operations/count-uploads.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import { createWhileWanted, type WhileWanted } from '../operations/ports/while-wanted.ts'
import { openBlobs } from './blob-stores.ts'
import { onFoundCatalog, openCatalog } from './catalogs.ts'
import type { Closers } from './closers.ts'
import { isForOneServer, lockPlaces } from './lock-places.ts'
import { pair, refuseStrangers, refuseWidowedBlobs } from './pairing.ts'

/** Rows and bytes of one installation, open for a server. */
export interface OpenStores extends CountedBlobs {
  readonly catalog: Catalog
  /** Whether other servers may work on them, too. */
  readonly shared: boolean
  /** With what reads are given up; missing where a statement cannot be cancelled. */
  readonly whileWanted: WhileWanted | undefined
}

/** Opens what the settings name, makes it where there is nothing (unless it shall only be read), and refuses what does not belong together. */
export async function openStores(settings: Settings, closers: Closers): Promise<OpenStores> {
  closers.push(await lockPlaces(settings))
  const opened = await openBlobs(settings)
  closers.push(opened.close)
  // What only answers reads makes nothing, brings nothing up to date and claims nothing; at most a journal is rolled back that a kill has left
  if (settings.readOnly) await onFoundCatalog(settings, catalog => refuseStrangers(catalog, opened.blobs, settings))
  else await refuseWidowedBlobs(opened.blobs, settings)
  const whileWanted = settings.database.engine === 'postgres' ? createWhileWanted() : undefined
  const catalog = await openCatalog(settings, whileWanted)
  closers.push(() => catalog.close())
  if (!settings.readOnly) await pair(catalog, opened.blobs, settings)
  const shared = !isForOneServer(settings)
  // Where others may be at work the background finds out what is left over
  if (!shared && !settings.readOnly) await Promise.all([catalog.abandonStaleIntents(Number.MAX_SAFE_INTEGER), opened.blobs.sweep()])
  return { ...countUploads(opened.blobs), catalog, shared, whileWanted }
}
