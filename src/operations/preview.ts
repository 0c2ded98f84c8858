import { randomBytes } from 'node:crypto'
import type { SourceMap } from '../domain/source-map.ts'
import { type Affected, scopePages } from './affected.ts'
import { heldProblem, nothingMatches } from './passage-problems.ts'
import type { Catalog } from './ports/catalog.ts'
import type { Preview, Scope } from './ports/passage-catalog.ts'

/** Up to this many maps a preview is one small read instead of a pass for the totals and then pages. */
const fewMaps = 500

/** Who looks, and for how long what is seen can be carried out (milliseconds). */
export interface PreviewRequest {
  readonly actor: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly planTtl: number
}

/**
 * What a deletion or restoration of this scope would affect, stored as a plan; throws Problem `not_found` when that is nothing, and
 * `held` when holds keep all of it.
 */
export async function preview(catalog: Catalog, scope: Scope, { actor, at, planTtl }: PreviewRequest): Promise<Affected> {
  const plan = { id: `pln_${randomBytes(12).toString('base64url')}`, expiresAt: at + planTtl }
  const terms = { at, plan: plan.id }
  const seen = (await catalog.previewFew(scope, terms, fewMaps)) ?? (await catalog.previewMany(scope, terms))
  const { totals, held, unmatched, trace } = seen
  if (totals.count === 0) throw held.length > 0 ? heldProblem(held) : nothingMatches(scope)
  const to = scope.state === 'live' ? 'deleted' : 'live'
  await catalog.storePlan({ ...plan, actor, to, scope: seen.seen, count: totals.count, trace, createdAt: at })
  return { dryRun: true, totals, unmatched, held, plan, pages: pagesOf(catalog, seen, plan.id) }
}

function pagesOf(catalog: Catalog, seen: Preview, plan: string): AsyncIterable<readonly SourceMap[]> {
  return seen.maps ? onePage(seen.maps) : scopePages(catalog, seen, plan)
}

async function* onePage<T>(page: T): AsyncGenerator<T> {
  yield page
}
