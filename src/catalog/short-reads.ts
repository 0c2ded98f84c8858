import type { Selection } from '../domain/selection.ts'
import type { Scope } from '../operations/ports/passage-catalog.ts'
import type { ListPosition, ListQuery } from '../operations/ports/read-catalog.ts'
import { lookUp, strandCount } from './driver-filter.ts'

/** Bounds below which a read takes less than the way to another thread and back, or little more. */
const bounds = { ids: 500, strands: 100, offset: 2000, rows: 5000 }

/** Whether the maps of a scope, or the first of them, are found without touching many rows that are not wanted. */
export function isShort({ selection, state }: Scope): boolean {
  return state === 'live' && lookUp(selection).bounded && isNarrow(selection)
}

/** Whether a page of a list is found so: from several stretches of an index its whole length is read of each, and for an offset all is sorted. */
export function isShortList({ selection, withDebugId }: ListQuery, position: ListPosition, limit: number): boolean {
  const byId = lookUp(selection).leading[0]?.filter === 'id'
  const offset = 'offset' in position ? position.offset : 0
  if (byId) return isNarrow(selection)
  // The maps with a debug id have an index in the order of the list, but only as a whole
  const bounded = withDebugId ? selection.criteria.length === 0 : lookUp(selection).bounded
  const stretches = strandCount(selection)
  if ('offset' in position && (stretches > 1 || offset > bounds.offset)) return false
  return bounded && isNarrow(selection) && stretches * limit <= bounds.rows
}

function isNarrow(selection: Selection): boolean {
  const [first] = lookUp(selection).leading
  return first?.filter === 'id' ? first.values.length <= bounds.ids : strandCount(selection) <= bounds.strands
}
