import type { Item } from '../domain/source-map.ts'
import { type Envelope, splitAnswer } from './split-answer.ts'

/** Maps that an answer holds at most for us to show. */
export const shownMaps = 20

/** What an answer says of the maps it affects, or would. */
export interface MapsSummary {
  /** The first maps only. */
  readonly items: readonly Item[]
  readonly count: number
  /** Bytes. */
  readonly size: number
  readonly meta: NonNullable<Envelope['meta']>
}

/** Reads the answer of a preview or a change of any length, keeping what is shown; `seen` hears how many maps have come. */
export async function summarizeMaps(answer: AsyncIterable<Uint8Array>, seen: (count: number) => void = () => {}): Promise<MapsSummary> {
  const items: Item[] = []
  let [count, size] = [0, 0]
  const { meta = {} } = await splitAnswer(answer, item => {
    if (items.length < shownMaps) items.push(item)
    count++
    size += Number(item.attributes.size)
    seen(count)
  })
  return { items, count, size, meta }
}
