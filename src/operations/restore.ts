import type { Affected } from './affected.ts'
import type { DeletionWish } from './delete.ts'
import { move, type Request } from './move.ts'
import type { Catalog } from './ports/catalog.ts'

/** Makes the deleted maps of a selection live again, all or none; a newer upload of the same identity is left beside them. Throws a Problem when refused. */
export function restoreMaps(catalog: Catalog, { organization, selection, plan }: DeletionWish, request: Request): Promise<Affected> {
  const { requestKey, force: _, ...asked } = request
  const scope = { organization, selection, state: 'deleted' } as const
  const passage = { ...asked, to: 'live', undoUntil: undefined, forced: false } as const
  return move(catalog, scope, { passage, terms: { plan, requestKey } })
}
