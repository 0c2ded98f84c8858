import { Problem } from '../domain/problem.ts'
import type { BlobStore } from './ports/blob-store.ts'
import type { Catalog } from './ports/catalog.ts'
import type { MapReader } from './ports/map-reader.ts'
import type { JsQuery, StoredFile } from './ports/read-catalog.ts'
import { readStored } from './read-file.ts'

/** A js source map's content, as the bytes of one JSON object. */
export interface JsMapContent {
  readonly id: number
  /** Path of the map as far as it is known. */
  readonly path: string
  readonly content: Uint8Array
}

/** The content of the newest live js map that answers; throws Problem `not_found` when none does. */
export async function getJsMap(
  stores: { readonly catalog: Catalog; readonly blobs: BlobStore; readonly mapReader: MapReader },
  organization: number,
  query: JsQuery,
): Promise<JsMapContent> {
  const id = await findNewest(stores.catalog, organization, query)
  const detail = id === undefined ? undefined : await stores.catalog.detail(organization, id)
  if (detail?.state !== 'live') throw new Problem('not_found', 'No live js map matches')
  const open = (part: string) => openPart(stores, organization, { id: detail.map.id, file: detail.files.find(each => each.part === part) })
  const sourceMap = await open('source_map')
  if (!sourceMap) throw new Error(`js map ${detail.map.id} has no source_map file`)
  const content = await stores.mapReader.describe(sourceMap, await open('minified_file'))
  const { absolute_path, file_name } = detail.map.attributes
  return { id: detail.map.id, path: (absolute_path ?? file_name ?? String(id)).replace(/^\/+/, ''), content }
}

/** `wire:` decision 17: a map's `.map` end is optional, in the name it was uploaded under as in the one asked for. */
async function findNewest(catalog: Catalog, organization: number, query: JsQuery): Promise<number | undefined> {
  if ('debugId' in query) return catalog.findJs(organization, query)
  const names = [query.fileName, `${query.fileName}.map`]
  const ids = await Promise.all(names.map(fileName => catalog.findJs(organization, { ...query, fileName })))
  const found = ids.filter(id => id !== undefined)
  return found.length > 0 ? Math.max(...found) : undefined
}

async function openPart(
  stores: { readonly catalog: Catalog; readonly blobs: BlobStore },
  organization: number,
  { id, file }: { id: number; file: StoredFile | undefined },
): Promise<AsyncIterable<Uint8Array> | undefined> {
  return file && readStored(stores, organization, { id, file })
}
