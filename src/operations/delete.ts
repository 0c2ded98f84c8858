import type { Selection } from '../domain/selection.ts'
import type { Affected } from './affected.ts'
import { move, type Request } from './move.ts'
import type { Catalog } from './ports/catalog.ts'

/** How deletions go on this installation. */
export interface DeletionRules {
  /** How long a deletion can be undone, milliseconds. */
  readonly undoWindow: number
  /** Most maps of one deletion without force; 0 is no limit. */
  readonly deleteLimit: number
  /** A deletion without a plan is bound to its key's latest preview of the same selection. */
  readonly safeDelete: boolean
}

/** What shall be deleted. */
export interface DeletionWish {
  readonly organization: number
  readonly selection: Selection
  readonly plan: string | undefined
}

/** Deletes the live maps of a selection, all or none; their bytes stay until the undo window has passed. Throws a Problem when refused. */
export function deleteMaps(
  catalog: Catalog,
  { organization, selection, plan }: DeletionWish,
  { request, rules }: { request: Request; rules: DeletionRules },
): Promise<Affected> {
  const { requestKey, force, ...asked } = request
  const scope = { organization, selection, state: 'live' } as const
  const passage = { ...asked, to: 'deleted', undoUntil: request.at + rules.undoWindow, forced: isForced(request) } as const
  const terms = { plan: plan ?? (rules.safeDelete ? 'latest' : undefined), limit: limitOf(rules), requestKey }
  return move(catalog, scope, { passage, terms })
}

/** Whether a request may go beyond the limit: who forces says why. */
export function isForced({ force, reason }: Pick<Request, 'force' | 'reason'>): boolean {
  return force && reason !== undefined
}

/** Most maps that one deletion takes; nothing when there is no limit. */
export function limitOf({ deleteLimit }: Pick<DeletionRules, 'deleteLimit'>): number | undefined {
  return deleteLimit === 0 ? undefined : deleteLimit
}
