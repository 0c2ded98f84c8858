import type { Kind } from '../domain/kinds.ts'
import { Problem, type Reason } from '../domain/problem.ts'
import { type Query, type Selection, type SelectionRules, select } from '../domain/selection.ts'
import { collectReasons } from './collect-reasons.ts'
import type { CursorOwner } from './place-cursor.ts'
import { listRules, refuseTooMany } from './read-list.ts'
import { type PageAfter, pageAfterParameters, readPageAfter } from './read-page-after.ts'
import { sortedCriteria } from './sorted-criteria.ts'

/** What a list of deleted maps asks for; `owner` is the list as its cursors know it. */
export interface DeletedWish {
  readonly selection: Selection
  readonly page: PageAfter
  readonly owner: CursorOwner
}

/** A list takes the same filters for deleted maps as for live ones, but refuses what it does not know. */
export function deletedRules(kinds: readonly Kind[]): SelectionRules {
  return { ...listRules(kinds, 'filters'), parameters: pageAfterParameters, unknown: 'refuse' }
}

/** Reads a list of deleted maps from a query, every fault of the selection or of the page at once. */
export function readDeleted(query: Query, kinds: readonly Kind[], organizationUuid: string): DeletedWish {
  refuseTooMany(query)
  const reasons: Reason[] = []
  const selection = collectReasons(reasons, () => select(query, deletedRules(kinds)))
  if (!selection) throw new Problem('bad_request', reasons)
  const owner: CursorOwner = ['deleted', organizationUuid, selection.kind, sortedCriteria(selection)]
  return { selection, page: readPageAfter(query, owner), owner }
}
