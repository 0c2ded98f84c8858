import { idPages, unpackRanges } from '../domain/id-ranges.ts'
import { Problem, parameterReason } from '../domain/problem.ts'
import type { Held, NotUndone, Scope, Unmoved } from './ports/passage-catalog.ts'

/** Held maps that a refusal names; it says how many there are in all. */
const namedHeld = 100

/** The refusal of a selection that matches nothing. `wire:` decision 1. */
export function nothingMatches({ selection, state }: Scope): Problem {
  return new Problem('not_found', `No ${state} ${selection.kind} map matches the filters`)
}

/** The refusal of a selection whose every map is held. */
export function heldProblem(held: readonly Held[]): Problem {
  const named = []
  let count = 0
  for (const { hold, reason, ids } of held) {
    for (const [id = 0] of idPages(unpackRanges(ids), 1)) if (++count <= namedHeld) named.push({ id: String(id), hold, reason })
  }
  const holds = held.map(({ hold, reason }) => `${hold} (${reason})`).join(', ')
  const detail = `Every map that matches is held: ${holds}. Nothing was changed`
  return new Problem('held', [{ detail, meta: { held: named, held_count: count } }])
}

/** Why a deletion or restoration was refused. */
export function passageProblem(scope: Scope, unmoved: Unmoved): Problem {
  switch (unmoved.refused) {
    case 'nothing':
      return nothingMatches(scope)
    case 'held':
      return heldProblem(unmoved.held)
    case 'stale':
      return stale(unmoved)
    case 'too_many':
      return tooMany(unmoved)
    case 'unknown_plan':
      return new Problem('not_found', [parameterReason('plan', 'This plan does not exist or has expired; preview again with dry_run=true')])
    case 'other_selection':
      return new Problem('bad_request', [
        parameterReason('plan', 'plan was made for another selection; give the filters of the preview, or preview again with dry_run=true'),
      ])
    case 'other_request':
      return otherRequest()
    case 'no_preview':
      return new Problem('bad_request', [
        parameterReason(
          'dry_run',
          'This server deletes only what was previewed: send the same request with dry_run=true first, then with dry_run=false',
        ),
      ])
  }
}

/** Why an operation was not undone. */
export function undoProblem(operation: string, refused: NotUndone, name: (number: number) => string): Problem {
  switch (refused.refused) {
    case 'unknown_operation':
      return new Problem('not_found', `There is no operation ${operation}`)
    case 'purge':
      return new Problem('bad_request', 'A purge cannot be undone: its bytes are gone')
    case 'other_request':
      return otherRequest()
    case 'too_many':
      return tooMany(refused)
    case 'left':
      return leftProblem(operation, refused, name)
  }
}

function leftProblem(
  operation: string,
  { undoable, left, undoneBy }: Extract<NotUndone, { refused: 'left' }>,
  name: (number: number) => string,
): Problem {
  const counts = [
    left.purged > 0 ? [`${left.purged} purged`] : [],
    left.movedOn > 0 ? [`${left.movedOn} moved on by later operations`] : [],
    left.held > 0 ? [`${left.held} held`] : [],
  ].flat()
  const by = undoneBy === undefined ? '' : `; it was undone by ${name(undoneBy)}`
  const rest = undoable > 0 ? `; partial=true undoes the other ${undoable}` : ''
  const detail = `Members of ${operation} cannot be undone: ${counts.join(', ')}${by}${rest}. Nothing was changed`
  const { purged, movedOn, held } = left
  const meta = { undoable, purged, moved_on: movedOn, held, ...(undoneBy === undefined ? {} : { undone_by: name(undoneBy) }) }
  return new Problem('conflict', [{ detail, meta }])
}

function stale({ planned, now }: Extract<Unmoved, { refused: 'stale' }>): Problem {
  const detail = `The maps of this plan are not what was previewed: ${planned} then, ${now} now, or some of them changed. Nothing was changed; preview again`
  return new Problem('plan_stale', [{ detail, meta: { planned, now } }])
}

function tooMany({ count, limit }: { readonly count: number; readonly limit: number }): Problem {
  const detail = `This would delete ${count} maps, and more than ${limit} at once need force=true and a reason`
  return new Problem('bad_request', [{ ...parameterReason('force', detail), meta: { count, limit } }])
}

function otherRequest(): Problem {
  const detail = 'Idempotency-Key has been used for another request; choose a new one'
  return new Problem('bad_request', [{ detail, source: { header: 'Idempotency-Key' } }])
}
