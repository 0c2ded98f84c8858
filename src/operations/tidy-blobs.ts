import { pieceSize } from './piece-size.ts'
import { type BlobStore, type Codec, type CopyName, DamagedCopy, MissingCopy } from './ports/blob-store.ts'
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

/** What removing works on. */
export interface Removing extends Pick<Tidying, 'catalog' | 'blobs' | 'onFault'> {
  /** Milliseconds for which condemned bytes stay, since the database may fail over to a standby that lags; none where it cannot. */
  readonly removalDelay?: number
}

const batch = 100

/** Copies that the catalog forgets at once: others that write to it wait meanwhile. */
const forgotten = { first: 1000, least: 1000, most: 10_000 }

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
    // Its last map was purged meanwhile, and the copy is gone or about to go
    if (await isCondemned(catalog, name)) return catalog.releaseCopy(smaller)
    // A copy that is at fault itself is not tried again; anything else, a full disk say, may pass
    if (!(error instanceof DamagedCopy || error instanceof MissingCopy)) {
      await catalog.releaseCopy(smaller)
      throw error
    }
    await catalog.settleCopy(name, smaller)
    onFault(error)
  }
}

async function isCondemned(catalog: Catalog, name: CopyName): Promise<boolean> {
  const [known] = await catalog.copiesNamed([name])
  return known?.state !== 'stored'
}

/** Condemns copies that uploads left behind without a map; says how many. */
export function condemnUnreferenced({ catalog }: Tidying): Promise<number> {
  return catalog.condemnUnreferenced(batch)
}

/** Removes copies that nothing needs any more, at most so many; says how many. */
export async function removeCondemned({ catalog, blobs, onFault, removalDelay: age = 0 }: Removing, limit = batch): Promise<number> {
  const names = age > 0 ? await catalog.longCondemned(limit, { at: Date.now(), age }) : await catalog.condemned(limit)
  const removed = await blobs.removeAll(names, onFault)
  const sizes = pieceSize(forgotten)
  for (let at = 0; at < removed.length; )
    at += await sizes.run(async size => {
      const some = removed.slice(at, at + size)
      await catalog.forgetCopies(some)
      return some.length
    })
  return removed.length
}
