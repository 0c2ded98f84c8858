import { filterParameter } from '../domain/filters.ts'
import type { Selection } from '../domain/selection.ts'
import { toItem } from '../domain/source-map.ts'
import { operationId } from '../operations/operation-id.ts'
import type { Member, Operation } from '../operations/ports/operation-catalog.ts'
import { timeMember } from './time-text.ts'
import { wireLeft, wireTotals } from './wire-totals.ts'

/** An operation as a JSON:API resource; what is not known or does not apply is left out. */
export function renderOperation(operation: Operation): object {
  const { kind, to, actor, address, at, undoUntil, reason, forced, selection, plan, totals, left } = operation
  const attributes = {
    kind,
    to,
    actor,
    address,
    ...timeMember('at', at),
    ...timeMember('undo_until', undoUntil),
    reason,
    forced,
    selection: selection && wireSelection(selection),
    ...followed(operation),
    undone_by: name(operation.undoneBy),
    plan,
    totals: wireTotals(totals),
    left: left && wireLeft(left),
  }
  return { id: operationId(operation.number), type: 'operations', attributes }
}

/** A member of an operation as an item, with its state. */
export function renderMember({ state, lastOperation, ...map }: Member): object {
  const item = toItem(map)
  return { ...item, attributes: { ...item.attributes, state, operation: name(lastOperation) } }
}

function followed({ kind, of }: Operation): object {
  return { [kind === 'purge' ? 'purges' : 'undoes']: name(of) }
}

function name(number: number | undefined): string | undefined {
  return number === undefined ? undefined : operationId(number)
}

/** A selection as the query that asked for it. */
function wireSelection({ kind, criteria }: Selection): object {
  return { mapkind: kind, ...Object.fromEntries(criteria.map(({ filter, values }) => [filterParameter(filter), values])) }
}
