import { idPages, unpackRanges } from '../domain/id-ranges.ts'
import type { SourceMap } from '../domain/source-map.ts'
import { type Affected, Interrupted } from './affected.ts'
import type { Catalog, Moved, Passage, Scope } from './ports/catalog.ts'
import { nothingMatches } from './preview.ts'

/** Who asks for a change, from where and when (milliseconds since 1970). */
export interface Request {
  readonly actor: string
  readonly address: string | undefined
  readonly at: number
  readonly reason: string | undefined
}

const pageSize = 500

/** Moves every map of the scope at once, as one operation; throws Problem `not_found` when nothing matches. */
export async function move(catalog: Catalog, scope: Scope, passage: Passage): Promise<Affected> {
  const moved = await catalog.move(scope, passage)
  if (!moved) throw nothingMatches(scope)
  return {
    dryRun: false,
    totals: { count: moved.count, size: moved.size },
    unmatched: moved.unmatched,
    operation: { id: operationId(moved.operation), undoUntil: passage.undoUntil },
    pages: memberPages(catalog, scope.organization, moved),
  }
}

/** The name of an operation outside the catalog. */
export function operationId(number: number): string {
  return `op_${number}`
}

async function* memberPages(catalog: Catalog, organization: number, moved: Moved): AsyncGenerator<readonly SourceMap[]> {
  for (const ids of idPages(unpackRanges(moved.members), pageSize)) {
    const maps = await catalog.membersOf(organization, moved.operation, ids)
    if (maps.length !== ids.length) throw new Interrupted()
    yield maps
  }
}
