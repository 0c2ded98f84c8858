import type { SourceMap } from '../domain/source-map.ts'
import type { Catalog, PagePosition, Scope, Totals, Trace } from './ports/catalog.ts'

/** What a deletion or restoration affects, or would. Sizes are bytes. */
export interface Affected {
  readonly dryRun: boolean
  readonly totals: { readonly count: number; readonly size: number }
  /** Given ids that match nothing. */
  readonly unmatched: readonly string[]
  readonly operation?: { readonly id: string; readonly undoUntil: number | undefined }
  /** The maps, page by page; throws {@link Interrupted} when they change while being read. */
  readonly pages: AsyncIterable<readonly SourceMap[]>
}

/** The maps of an answer changed while it was being sent: it must not look complete. */
export class Interrupted extends Error {
  constructor() {
    super('the maps of this answer changed while it was being sent')
    this.name = 'Interrupted'
  }
}

/** The pages of a scope as it was when its totals were taken. */
export async function* scopePages(catalog: Catalog, scope: Scope, totals: Totals): AsyncGenerator<readonly SourceMap[]> {
  let seen: Trace & { count: number } = { count: 0, ids: 0, versions: 0 }
  let position: PagePosition | undefined
  do {
    const { maps, next } = await catalog.page(scope, totals.mark, position)
    seen = maps.reduce((sum, map) => add(sum, map.id, map.stateVersion), seen)
    position = next
    if (maps.length > 0) yield maps
  } while (position)
  const { ids, versions } = totals.trace
  if (seen.count !== totals.count || seen.ids !== ids || seen.versions !== versions) throw new Interrupted()
}

function add(sum: Trace & { count: number }, id: number, version: number): Trace & { count: number } {
  return { count: sum.count + 1, ids: sum.ids + id, versions: sum.versions + version }
}
