import type { Affected } from './affected.ts'
import { type DeletionRules, isForced, limitOf } from './delete.ts'
import { type Request, toAffected } from './move.ts'
import { operationId, operationNumber } from './operation-id.ts'
import { undoProblem } from './passage-problems.ts'
import type { Catalog } from './ports/catalog.ts'

/** What shall be undone. */
export interface UndoWish {
  readonly organization: number
  /** Its name, as `op_7`. */
  readonly operation: string
  /** Undo what can be undone and leave the rest. */
  readonly partial: boolean
}

/**
 * Reverses exactly the members of an operation, as an operation of its own; throws a Problem when members are purged, held or have been
 * moved on by a later operation, unless it may be partial. An undo that deletes obeys holds and the limit.
 */
export async function undo(
  catalog: Catalog,
  { organization, operation, partial }: UndoWish,
  { request, rules }: { request: Request; rules: DeletionRules },
): Promise<Affected> {
  const number = operationNumber(operation)
  if (number === undefined) throw undoProblem(operation, { refused: 'unknown_operation' }, operationId)
  const { requestKey, force, ...asked } = request
  const passage = { ...asked, undoUntil: request.at + rules.undoWindow, forced: isForced(request) }
  const undone = await catalog.undo({ organization, operation: number }, passage, { partial, limit: limitOf(rules), requestKey })
  if ('refused' in undone) throw undoProblem(operation, undone, operationId)
  const affected = toAffected(catalog, organization, undone)
  const { purged, movedOn, held } = undone.left
  return {
    ...affected,
    operation: { id: operationId(undone.operation), undoUntil: undone.undoUntil, undoes: operation },
    ...(purged + movedOn + held > 0 ? { left: undone.left } : {}),
  }
}
