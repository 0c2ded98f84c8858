import type { Settings } from '../config/setting.ts'
import { placeText } from '../config/store-urls.ts'
import type { BlobInspection } from '../operations/ports/blob-inspection.ts'
import type { BlobStore } from '../operations/ports/blob-store.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import { catalogExists } from './catalogs.ts'

const storeVariables = 'MAPKEEP_BLOBS_URL, MAPKEEP_DATABASE_URL'

/** Who may say that bytes are its own. */
type Claimant = Pick<Catalog, 'installation'>

/** Before a catalog is made: bytes that have one already are no reason to make another. */
export async function refuseWidowedBlobs(blobs: BlobStore, settings: Settings): Promise<void> {
  // In this order: of nodes that start together another one may be making the catalog, and only then claims the blobs
  if ((await blobs.installation()) === undefined || (await catalogExists(settings))) return
  const { bytes, rows } = textsOf(settings)
  throw new Error(`the blobs in ${bytes} belong to a catalog, and there is none at ${rows} (${storeVariables})`)
}

/** Before rows and bytes are worked on as they are: they must be there, and belong together. */
export async function refuseStrangers(catalog: Claimant, blobs: Pick<BlobInspection, 'installation'>, settings: Settings): Promise<void> {
  const owner = await blobs.installation()
  if (owner === undefined) throw missing(settings)
  if (owner !== (await catalog.installation())) throw strangers(settings)
}

/** Catalog and bytes of different installations must never meet: what is unknown here would be removed there. */
export async function pair(catalog: Catalog, blobs: BlobStore, settings: Settings): Promise<void> {
  const [mine, owner] = [await catalog.installation(), await blobs.installation()]
  if ((owner ?? (await claimed(catalog, blobs, settings))) !== mine) throw strangers(settings)
}

/** Gives whose the blobs are then: of nodes that start together another one may have been faster. */
async function claimed(catalog: Catalog, blobs: BlobStore, settings: Settings): Promise<string | undefined> {
  // An empty place under a catalog that has bytes is a mistyped one: whatever is asked for would seem lost there
  if ((await catalog.knownCopies(undefined, 1)).length > 0) throw missing(settings)
  await blobs.claim(await catalog.installation())
  return blobs.installation()
}

function missing(settings: Settings): Error {
  return new Error(`there are no blobs of mapkeep in ${textsOf(settings).bytes} (MAPKEEP_BLOBS_URL)`)
}

function strangers(settings: Settings): Error {
  const { bytes, rows } = textsOf(settings)
  return new Error(`the blobs in ${bytes} belong to another installation than the catalog ${rows} (${storeVariables})`)
}

function textsOf({ blobs, database }: Settings) {
  return { bytes: placeText(blobs), rows: placeText(database) }
}
