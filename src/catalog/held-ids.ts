import { unpackRanges } from '../domain/id-ranges.ts'
import type { Selection } from '../domain/selection.ts'
import { givenIds, idNumber } from '../domain/unmatched-ids.ts'
import type { Held } from '../operations/ports/passage-catalog.ts'

/** Those of the ids a selection asks for that holds kept. */
export function heldIds(held: readonly Held[], selection: Selection): ReadonlySet<number> {
  const given = givenIds(selection).flatMap(id => idNumber(id) ?? [])
  const kept = new Set<number>()
  if (given.length === 0) return kept
  const sorted = [...given].sort((a, b) => a - b)
  for (const { ids } of held) {
    let at = 0
    for (const { first, last } of unpackRanges(ids)) {
      while ((sorted[at] ?? Number.POSITIVE_INFINITY) < first) at++
      for (; (sorted[at] ?? Number.POSITIVE_INFINITY) <= last; at++) kept.add(sorted[at] ?? 0)
    }
  }
  return kept
}
