import { Problem } from '../domain/problem.ts'
import { type BlobStore, type ByteRange, MissingCopy } from './ports/blob-store.ts'
import type { Catalog } from './ports/catalog.ts'
import type { MapDetail, StoredFile } from './ports/read-catalog.ts'

interface Stores {
  readonly catalog: Catalog
  readonly blobs: BlobStore
}

/** One map of any kind and state; throws Problem `not_found`. */
export async function findMap(catalog: Catalog, organization: number, id: number): Promise<MapDetail> {
  const detail = await catalog.detail(organization, id)
  if (!detail) throw new Problem('not_found', `No map has the id ${id}`)
  return detail
}

/** A file of a map, live or deleted; throws Problem `not_found` when the map, the part or, after a purge, its bytes are gone. */
export async function findFile(catalog: Catalog, organization: number, { id, part }: { id: number; part: string }): Promise<StoredFile> {
  const { files, state } = await findMap(catalog, organization, id)
  const file = files.find(each => each.part === part)
  if (state === 'purged') throw new Problem('not_found', `The bytes of map ${id} have been purged`)
  if (!file) throw new Problem('not_found', `Map ${id} has no file ${part}; it has ${files.map(each => each.part).join(', ') || 'none'}`)
  return file
}

/** The bytes of a file as uploaded. A copy may be replaced by its compressed twin between look-up and read: then it is looked up once more. */
export async function readStored(
  { catalog, blobs }: Stores,
  organization: number,
  { id, file, range }: { id: number; file: StoredFile; range?: ByteRange },
): Promise<AsyncIterable<Uint8Array>> {
  try {
    return await blobs.read(file.copy, range)
  } catch (error) {
    if (!(error instanceof MissingCopy)) throw error
    const again = await findFile(catalog, organization, { id, part: file.part })
    return blobs.read(again.copy, range)
  }
}
