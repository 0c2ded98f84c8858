import { type BlobStore, type Codec, DamagedCopy, MissingCopy } from './ports/blob-store.ts'
import type { Catalog, CompressibleCopy } from './ports/catalog.ts'

/** What tidying works on and how. */
export interface Tidying {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly codec: Codec
  /** Awaited before each piece of work; rejects when work must end. */
  readonly pause: () => Promise<void>
  /** Told of a copy that cannot be compressed or removed; the others are not kept waiting. */
  readonly onFault: (error: unknown) => void
}

const batch = 100

/** Compresses copies that are still stored as they came, one after another; says how many it looked at. */
export async function compressBlobs(tidying: Tidying): Promise<number> {
  const copies = await tidying.catalog.compressible(batch)
  for (const copy of copies) {
    await tidying.pause()
    await compressBlob(tidying, copy)
  }
  return copies.length
}

async function compressBlob({ catalog, blobs, codec, pause, onFault }: Tidying, { name }: CompressibleCopy): Promise<void> {
  const smaller = await catalog.reserveCopy(name, codec)
  try {
    const storedSize = await blobs.compress(name, smaller, pause)
    if (storedSize === undefined) await catalog.settleCopy(name, smaller)
    else await catalog.switchCopy(name, smaller, storedSize)
  } catch (error) {
    // A copy that is at fault itself is not tried again; anything else, a full disk say, may pass
    if (!(error instanceof DamagedCopy || error instanceof MissingCopy)) {
      await catalog.releaseCopy(smaller)
      throw error
    }
    await catalog.settleCopy(name, smaller)
    onFault(error)
  }
}

/** Condemns copies that uploads left behind without a map; says how many. */
export function condemnUnreferenced({ catalog }: Tidying): Promise<number> {
  return catalog.condemnUnreferenced(batch)
}

/** Removes copies that nothing needs any more; says how many. */
export async function removeCondemned({ catalog, blobs, onFault }: Tidying): Promise<number> {
  const copies = await catalog.condemned(batch)
  const removed = []
  for (const copy of copies) {
    try {
      await blobs.remove(copy)
      removed.push(copy)
    } catch (error) {
      onFault(error)
    }
  }
  if (removed.length > 0) await catalog.forgetCopies(removed)
  return removed.length
}
