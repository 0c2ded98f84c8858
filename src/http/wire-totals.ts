import type { Left, Totals } from '../operations/ports/passage-catalog.ts'

/** Totals under their names on the wire. */
export function wireTotals({ count, size, freedSize, sharedSize }: Totals): object {
  return { count, size, freed_size: freedSize, shared_size: sharedSize }
}

/** What an undo left, under its names on the wire. */
export function wireLeft({ purged, movedOn, held }: Left): object {
  return { purged, moved_on: movedOn, held }
}
