import type { BlobStore, Codec } from './ports/blob-store.ts'
import type { Catalog, CompressibleCopy } from './ports/catalog.ts'

interface Stores {
  readonly catalog: Catalog
  readonly blobs: BlobStore
}

const batch = 100

/** Compresses copies that are still stored as they came, one after another; says how many it looked at. `pause` is awaited before each. */
export async function compressBlobs(stores: Stores, codec: Codec, pause: () => Promise<void>): Promise<number> {
  const copies = await stores.catalog.compressible(batch)
  for (const copy of copies) {
    await pause()
    await compressBlob(stores, codec, copy)
  }
  return copies.length
}

async function compressBlob({ catalog, blobs }: Stores, codec: Codec, { name }: CompressibleCopy): Promise<void> {
  const smaller = await catalog.reserveCopy(name, codec)
  const storedSize = await blobs.compress(name, smaller)
  if (storedSize === undefined) await catalog.settleCopy(name, smaller)
  else await catalog.switchCopy(name, smaller, storedSize)
}

/** Removes copies that nothing needs any more; says how many. */
export async function removeCondemned({ catalog, blobs }: Stores): Promise<number> {
  const copies = await catalog.condemned(batch)
  for (const copy of copies) await blobs.remove(copy)
  if (copies.length > 0) await catalog.forgetCopies(copies)
  return copies.length
}
