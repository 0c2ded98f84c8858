import type { Item } from '../domain/source-map.ts'
import { type Envelope, splitAnswer } from './split-answer.ts'

/** Maps that an answer holds at most for us to show. */
export const shownMaps = 20

/** Ids that one request names at most: what still fits a request line. */
export const namedMaps = 1000

/** What an answer says of the maps it affects, or would. */
export interface MapsSummary {
  /** The first maps only. */
  readonly items: readonly Item[]
  /** Of all maps, or nothing when there are more than one request can name. */
  readonly ids: readonly string[] | undefined
  readonly count: number
  /** Bytes. */
  readonly size: number
  /** Ids that were asked for and match nothing. */
  readonly unmatched: readonly string[]
  readonly undoUntil: string | undefined
}

/** Reads the answer of a preview, deletion or restoration of any length, keeping what is shown and named. */
export async function summarizeMaps(answer: AsyncIterable<Uint8Array>): Promise<MapsSummary> {
  const items: Item[] = []
  const ids: string[] = []
  let [count, size] = [0, 0]
  const { meta }: Envelope = await splitAnswer(answer, item => {
    if (items.length < shownMaps) items.push(item)
    if (ids.length < namedMaps) ids.push(item.id)
    count++
    size += Number(item.attributes.size)
  })
  const undoUntil = meta?.operation?.undo_until ?? undefined
  return { items, ids: count <= namedMaps ? ids : undefined, count, size, unmatched: meta?.unmatched ?? [], undoUntil }
}
