import { Problem, type Reason } from '../domain/problem.ts'
import type { Query } from '../domain/selection.ts'
import { collectReasons } from './collect-reasons.ts'
import { type CursorOwner, readPlace, writePlace } from './place-cursor.ts'
import { readPageSize } from './read-page.ts'
import { singleValue } from './single-value.ts'

/** The parameters that {@link readPageAfter} reads. */
export const pageAfterParameters = ['page[size]', 'page[after]'] as const

/** A page of a list that is walked by cursor: how long, and after which place. */
export interface PageAfter {
  readonly size: number
  readonly after: number | undefined
}

/** Reads which page is asked for, every fault at once; `owner` is the list whose cursors are taken. */
export function readPageAfter(query: Query, owner: CursorOwner): PageAfter {
  const reasons: Reason[] = []
  const size = collectReasons(reasons, () => readPageSize(query))
  const cursor = collectReasons(reasons, () => singleValue(query, 'page[after]'))
  const after = cursor === undefined ? undefined : collectReasons(reasons, () => readPlace(owner, cursor))
  if (reasons.length > 0 || size === undefined) throw new Problem('bad_request', reasons)
  return { size, after }
}

/** `meta` of such a page; `next` is the place after which the list goes on, if it does. */
export function pageMeta(owner: CursorOwner, next: number | undefined): object {
  return { page: { has_more_results: next !== undefined, ...(next === undefined ? {} : { next_cursor: writePlace(owner, next) }) } }
}
