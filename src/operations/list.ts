import type { SourceMap } from '../domain/source-map.ts'
import type { Catalog } from './ports/catalog.ts'
import type { ListQuery } from './ports/read-catalog.ts'

/** Which page of a list: by number (one-based), or the maps older than the last one seen, with the total if that is known already. */
export type ListPage =
  | { readonly number: number; readonly size: number }
  | { readonly after: number | undefined; readonly size: number; readonly total?: number | undefined }

/** One page of live maps, newest first. */
export interface Listed {
  readonly maps: readonly SourceMap[]
  readonly more: boolean
  /** How many there are on all pages; nothing when it was not asked for. */
  readonly total: number | undefined
}

/** Lists live maps; `withTotal` counts them all, too, unless the page knows the total. */
export async function list(catalog: Catalog, query: ListQuery, page: ListPage & { readonly withTotal: boolean }): Promise<Listed> {
  const position = 'number' in page ? { offset: (page.number - 1) * page.size } : { before: page.after }
  const found = await catalog.list(query, position, page.size + 1)
  const more = found.length > page.size
  const first = 'number' in page ? page.number === 1 : page.after === undefined
  // A first page that is also the last one has counted itself
  const known = first && !more ? found.length : 'total' in page ? page.total : undefined
  const total = known ?? (page.withTotal ? await catalog.count(query) : undefined)
  return { maps: found.slice(0, page.size), more, total }
}
