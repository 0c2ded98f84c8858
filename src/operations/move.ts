import { idPages, unpackRanges } from '../domain/id-ranges.ts'
import type { SourceMap } from '../domain/source-map.ts'
import { type Affected, Interrupted } from './affected.ts'
import { operationId } from './operation-id.ts'
import { passageProblem } from './passage-problems.ts'
import type { Catalog } from './ports/catalog.ts'
import type { Moved, Passage, Scope, Terms } from './ports/passage-catalog.ts'

/** Who asks for a change, from where and when (milliseconds since 1970), and how sure they are. */
export interface Request {
  readonly actor: string
  readonly address: string | undefined
  readonly at: number
  readonly reason: string | undefined
  /** Go beyond the limit; counts only with a reason. */
  readonly force: boolean
  /** The client's own name for the request. */
  readonly requestKey: string | undefined
}

const pageSize = 500

/** Moves every map of the scope at once, as one operation; throws a Problem when that is refused. */
export async function move(catalog: Catalog, scope: Scope, { passage, terms }: { passage: Passage; terms: Terms }): Promise<Affected> {
  const moved = await catalog.move(scope, passage, terms)
  if ('refused' in moved) throw passageProblem(scope, moved)
  return toAffected(catalog, scope.organization, moved)
}

/** The answer about maps that were moved. */
export function toAffected(catalog: Catalog, organization: number, moved: Moved): Affected {
  const { totals, unmatched, held, operation, undoUntil } = moved
  const pages = memberPages(catalog, organization, moved)
  return { dryRun: false, totals, unmatched, held, operation: { id: operationId(operation), undoUntil }, pages }
}

async function* memberPages(
  catalog: Catalog,
  organization: number,
  { operation, members, totals, repeated }: Moved,
): AsyncGenerator<readonly SourceMap[]> {
  // What is told once more, or at once, was true when it was done, whatever became of the maps since
  const asDone = repeated || totals.count <= pageSize
  for (const ids of idPages(unpackRanges(members), pageSize)) {
    const maps = await catalog.membersOf(organization, asDone ? undefined : operation, ids)
    if (maps.length !== ids.length) throw new Interrupted()
    yield maps
  }
}
