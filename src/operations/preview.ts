import { Problem } from '../domain/problem.ts'
import { type Affected, scopePages } from './affected.ts'
import type { Catalog, Scope } from './ports/catalog.ts'

/** Up to this many maps a preview is one small read instead of a pass for the totals and then pages. */
const fewMaps = 500

/** What a deletion or restoration of this scope would affect; throws Problem `not_found` when that is nothing. */
export async function preview(catalog: Catalog, scope: Scope): Promise<Affected> {
  const unmatched = await unmatchedIds(catalog, scope)
  const few = await catalog.few(scope, fewMaps)
  if (few) {
    if (few.length === 0) throw nothingMatches(scope)
    const size = few.reduce((sum, map) => sum + map.size, 0)
    return { dryRun: true, totals: { count: few.length, size }, unmatched, pages: onePage(few) }
  }
  const totals = await catalog.totals(scope)
  if (totals.count === 0) throw nothingMatches(scope)
  return { dryRun: true, totals, unmatched, pages: scopePages(catalog, scope, totals) }
}

/** The refusal of a selection that matches nothing. `wire:` decision 1. */
export function nothingMatches({ selection, state }: Scope): Problem {
  return new Problem('not_found', `No ${state} ${selection.kind} map matches the filters`)
}

async function unmatchedIds(catalog: Catalog, scope: Scope): Promise<readonly string[]> {
  return scope.selection.criteria.some(each => each.filter === 'id') ? catalog.unmatchedIds(scope) : []
}

async function* onePage<T>(page: T): AsyncGenerator<T> {
  yield page
}
