import { Problem, parameterReason } from '../domain/problem.ts'
import type { ListQuery } from '../operations/ports/read-catalog.ts'
import { cursorSeal } from './cursor-seal.ts'
import { sortedCriteria } from './sorted-criteria.ts'

/** A place in a list: after which map it stands, and how many maps the list held when its first page was asked for. */
export interface CursorPlace {
  readonly id: number
  /** Nothing where it was not counted. */
  readonly total: number | undefined
}

/** A list as its cursors know it. The organization goes by its uuid: the number could be found by trying all numbers on a cursor. */
export interface CursorList extends Pick<ListQuery, 'selection' | 'withDebugId'> {
  readonly organizationUuid: string
}

/** Names a place in one list, as `meta.page.next_cursor`. The total goes along, since counting again would make a deep walk slow. */
export function writeCursor(list: CursorList, place: CursorPlace): string {
  return Buffer.from(`${digitsOf(place)}.${seal(list, place)}`).toString('base64url')
}

/**
 * The place a cursor names; throws Problem `bad_request` for one of another list. The seal is no secret: it keeps a cursor
 * from being used with other filters by mistake, and inside one's own list every place is allowed.
 */
export function readCursor(list: CursorList, cursor: string): CursorPlace {
  const [digits = '', given] = Buffer.from(cursor, 'base64url').toString('latin1').split('.')
  const [, id, total] = /^([1-9]\d{0,15})-(\d{0,15})$/.exec(digits) ?? []
  const place = { id: Number(id), total: total ? Number(total) : undefined }
  if (id === undefined || given !== seal(list, place)) {
    const detail = 'page[after] must be the next_cursor of the previous page, with the same mode and filters'
    throw new Problem('bad_request', [parameterReason('page[after]', detail)])
  }
  return place
}

function digitsOf({ id, total }: CursorPlace): string {
  return `${id}-${total ?? ''}`
}

function seal({ organizationUuid, selection, withDebugId }: CursorList, place: CursorPlace): string {
  return cursorSeal([organizationUuid, selection.kind, withDebugId, sortedCriteria(selection), digitsOf(place)])
}
