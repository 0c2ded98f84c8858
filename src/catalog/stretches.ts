import type { IdRange } from '../domain/id-ranges.ts'

/** Rows between two members that are rather read along than left out by a statement of its own. */
const readAlong = 1000

/** Ranges joined over small gaps, for statements that know their members by more than the id. */
export function stretches(ranges: Iterable<IdRange>): readonly IdRange[] {
  const joined: IdRange[] = []
  for (const range of ranges) {
    const previous = joined.at(-1)
    if (previous && range.first - previous.last <= readAlong) joined[joined.length - 1] = { first: previous.first, last: range.last }
    else joined.push(range)
  }
  return joined
}
