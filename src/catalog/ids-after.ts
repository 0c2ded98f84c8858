import type { IdRange } from '../domain/id-ranges.ts'

/** What lies above an id of rising ranges. */
export function* idsAfter(ranges: Iterable<IdRange>, id: number): Generator<IdRange> {
  for (const { first, last } of ranges) if (last > id) yield { first: Math.max(first, id + 1), last }
}
