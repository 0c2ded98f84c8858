import type { Selection } from '../domain/selection.ts'
import type { Affected } from './affected.ts'
import { move, type Request } from './move.ts'
import type { Catalog } from './ports/catalog.ts'

/** Deletes the live maps of a selection, all or none; their bytes stay until the undo window (milliseconds) has passed. */
export function deleteMaps(
  catalog: Catalog,
  { organization, selection, undoWindow }: { organization: number; selection: Selection; undoWindow: number },
  request: Request,
): Promise<Affected> {
  const scope = { organization, selection, state: 'live' } as const
  return move(catalog, scope, { ...request, to: 'deleted', undoUntil: request.at + undoWindow })
}
