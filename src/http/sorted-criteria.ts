import type { Selection } from '../domain/selection.ts'

/** The filters of a selection as texts, alike however they were ordered. */
export function sortedCriteria({ criteria }: Selection): readonly string[] {
  return criteria.map(({ filter, values }) => [filter, ...[...values].sort()].join('\0')).sort()
}
