import type { Attributes, FieldName } from './fields.ts'
import { type Kind, kind } from './kinds.ts'

/** A source map as the catalog hands it out. Times are milliseconds since 1970, sizes are bytes. */
export interface SourceMap {
  readonly id: number
  readonly kind: Kind
  readonly size: number
  readonly createdAt: number
  readonly attributes: Attributes
}

/** Where a map stands between upload and purge. */
export type State = 'live' | 'deleted' | 'purged'

/** A source map in the API's item form. */
export interface Item {
  readonly id: string
  readonly type: 'sourcemaps'
  readonly attributes: Readonly<Record<string, string | number>>
}

/** Renders a map with exactly the attributes of its kind, in the order of the wire; what is not known is left out. */
export function toItem(map: SourceMap): Item {
  return { id: String(map.id), type: 'sourcemaps', attributes: itemAttributes(map) }
}

function itemAttributes(map: SourceMap): Record<string, string | number> {
  const shown: Record<string, string | number> = {}
  for (const name of kind(map.kind).attributes) showAttribute(shown, name, map)
  if (map.kind === 'js') shown.blob_storage_sourcemap_path = downloadPath(map.id, 'source_map')
  shown.created_at = new Date(map.createdAt).toISOString()
  shown.mapkind = map.kind
  shown.size = map.size
  return shown
}

function showAttribute(shown: Record<string, string | number>, name: FieldName, map: SourceMap): void {
  const value = map.attributes[name]
  if (value !== undefined) shown[name] = value
}

/** The path under which a map's file can be fetched, without a leading slash; also what js items show as their storage path. */
export function downloadPath(id: number, part: string): string {
  return `api/mapkeep/v1/sourcemaps/${id}/files/${part}`
}
