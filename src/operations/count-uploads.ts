import type { BlobStore } from './ports/blob-store.ts'

/** A blob store that also knows how many files are on their way in. */
export interface CountedBlobs {
  readonly blobs: BlobStore
  readonly uploadsInFlight: () => number
}

/** Counts the files between their first byte and the end of their upload. */
export function countUploads(store: BlobStore): CountedBlobs {
  let inFlight = 0
  const receive: BlobStore['receive'] = async (source, limit) => {
    inFlight++
    try {
      return await store.receive(source, limit)
    } catch (error) {
      inFlight--
      throw error
    }
  }
  const discard: BlobStore['discard'] = spooled => {
    inFlight--
    return store.discard(spooled)
  }
  return { blobs: { ...bind(store), receive, discard }, uploadsInFlight: () => inFlight }
}

function bind(store: BlobStore): BlobStore {
  return {
    installation: () => store.installation(),
    claim: installation => store.claim(installation),
    receive: (source, limit) => store.receive(source, limit),
    keep: (spooled, name) => store.keep(spooled, name),
    discard: spooled => store.discard(spooled),
    read: (name, range) => store.read(name, range),
    measure: name => store.measure(name),
    compress: (from, to, pause) => store.compress(from, to, pause),
    remove: name => store.remove(name),
    removeAll: (names, onFault) => store.removeAll(names, onFault),
    check: () => store.check(),
    sweep: () => store.sweep(),
  }
}
