import type { Selection } from '../domain/selection.ts'
import type { Affected } from './affected.ts'
import { move, type Request } from './move.ts'
import type { Catalog } from './ports/catalog.ts'

/** Makes the deleted maps of a selection live again, all or none; a newer upload of the same identity is left beside them. */
export function restoreMaps(
  catalog: Catalog,
  { organization, selection }: { organization: number; selection: Selection },
  request: Request,
): Promise<Affected> {
  const scope = { organization, selection, state: 'deleted' } as const
  return move(catalog, scope, { ...request, to: 'live', undoUntil: undefined })
}
