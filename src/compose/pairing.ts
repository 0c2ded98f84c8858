import { existsSync } from 'node:fs'
import type { Settings } from '../config/settings.ts'
import type { BlobInspection } from '../operations/ports/blob-inspection.ts'
import type { BlobStore } from '../operations/ports/blob-store.ts'
import type { Catalog } from '../operations/ports/catalog.ts'

const storeVariables = 'MAPKEEP_BLOBS_URL, MAPKEEP_DATABASE_URL'

/** Before a catalog is made: bytes that have one already are no reason to make another. */
export async function refuseWidowedBlobs(blobs: BlobStore, settings: Settings): Promise<void> {
  if (existsSync(settings.database) || (await blobs.installation()) === undefined) return
  throw new Error(`the blobs in ${settings.blobs} belong to a catalog, and there is none at ${settings.database} (${storeVariables})`)
}

/** Before rows and bytes are worked on as they are: they must be there, and belong together. */
export async function refuseStrangers(catalog: Catalog, blobs: BlobInspection, settings: Settings): Promise<void> {
  const owner = await blobs.installation()
  if (owner === undefined) throw new Error(`there are no blobs of mapkeep in ${settings.blobs} (MAPKEEP_BLOBS_URL)`)
  if (owner !== (await catalog.installation())) throw strangers(settings)
}

/** Catalog and bytes of different installations must never meet: what is unknown here would be removed there. */
export async function pair(catalog: Catalog, blobs: BlobStore, settings: Settings): Promise<void> {
  const [mine, theirs] = [await catalog.installation(), await blobs.installation()]
  if (theirs === undefined) return blobs.claim(mine)
  if (theirs === mine) return
  throw strangers(settings)
}

function strangers({ blobs, database }: Settings): Error {
  return new Error(`the blobs in ${blobs} belong to another installation than the catalog ${database} (${storeVariables})`)
}
