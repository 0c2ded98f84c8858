import { Problem } from '../domain/problem.ts'
import type { SourceMap } from '../domain/source-map.ts'
import { givenIds, unmatchedIds } from '../domain/unmatched-ids.ts'
import { type Affected, scopePages } from './affected.ts'
import type { Catalog, Scope } from './ports/catalog.ts'

/** Up to this many maps a preview is one small read instead of a pass for the totals and then pages. */
const fewMaps = 500

/** What a deletion or restoration of this scope would affect; throws Problem `not_found` when that is nothing. */
export async function preview(catalog: Catalog, scope: Scope): Promise<Affected> {
  const few = await catalog.few(scope, fewMaps)
  return few ? previewFew(scope, few) : previewMany(catalog, scope)
}

function previewFew(scope: Scope, maps: readonly SourceMap[]): Affected {
  if (maps.length === 0) throw nothingMatches(scope)
  const found = new Set(maps.map(map => map.id))
  const unmatched = unmatchedIds(scope.selection, id => found.has(id))
  const size = maps.reduce((sum, map) => sum + map.size, 0)
  return { dryRun: true, totals: { count: maps.length, size }, unmatched, pages: onePage(maps) }
}

async function previewMany(catalog: Catalog, scope: Scope): Promise<Affected> {
  const totals = await catalog.totals(scope)
  if (totals.count === 0) throw nothingMatches(scope)
  const unmatched = givenIds(scope.selection).length > 0 ? await catalog.unmatchedIds(scope) : []
  const { count, size } = totals
  return { dryRun: true, totals: { count, size }, unmatched, pages: scopePages(catalog, scope, totals) }
}

/** The refusal of a selection that matches nothing. `wire:` decision 1. */
export function nothingMatches({ selection, state }: Scope): Problem {
  return new Problem('not_found', `No ${state} ${selection.kind} map matches the filters`)
}

async function* onePage<T>(page: T): AsyncGenerator<T> {
  yield page
}
