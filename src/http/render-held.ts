import { idPages, unpackRanges } from '../domain/id-ranges.ts'
import type { Held } from '../operations/ports/passage-catalog.ts'

/** Held maps in one piece of text. */
const pieceSize = 500

/** How many maps are held, without naming any. */
export function heldCount(held: readonly Held[]): number {
  let count = 0
  for (const { ids } of held) for (const { first, last } of unpackRanges(ids)) count += last - first + 1
  return count
}

/** The member `held` of an object, with its comma: every held map, unpacked a piece at a time. */
export function* renderHeld(held: readonly Held[]): Generator<string> {
  yield ',"held":['
  let comma = ''
  for (const { hold, reason, ids } of held) {
    const rest = `","hold":${JSON.stringify(hold)},"reason":${JSON.stringify(reason)}}`
    for (const page of idPages(unpackRanges(ids), pieceSize)) {
      yield comma + page.map(id => `{"id":"${id}${rest}`).join(',')
      comma = ','
    }
  }
  yield ']'
}
