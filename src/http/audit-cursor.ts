import { Problem, parameterReason } from '../domain/problem.ts'
import type { AuditPosition, AuditQuery } from '../operations/ports/audit-catalog.ts'
import { cursorSeal } from './cursor-seal.ts'

/** A walk through the trail as its cursors know it. The organization goes by its uuid: its number could be found by trying all on a cursor. */
export interface AuditWalk {
  readonly organizationUuid: string
  readonly query: AuditQuery
}

/** Names a place in the trail, as `meta.page.next_cursor`. */
export function writeAuditCursor(walk: AuditWalk, place: AuditPosition): string {
  return Buffer.from(`${place.at}.${place.id}.${seal(walk, place)}`).toString('base64url')
}

/** The place a cursor names; throws Problem `bad_request` for one of another walk. */
export function readAuditCursor(walk: AuditWalk, cursor: string): AuditPosition {
  const text = Buffer.from(cursor, 'base64url').toString('latin1')
  const [, at, id = '', given] = /^(\d{1,15})\.(evt_[0-9a-f]{1,64})\.([\w-]{22})$/.exec(text) ?? []
  const place = { at: Number(at), id }
  if (at === undefined || given !== seal(walk, place)) {
    const detail = 'page[after] must be the next_cursor of the previous page, with the same filters'
    throw new Problem('bad_request', [parameterReason('page[after]', detail)])
  }
  return place
}

function seal({ organizationUuid, query }: AuditWalk, { at, id }: AuditPosition): string {
  const { actions, actor, subject, since, until } = query
  const filters = { actions: [...actions].sort(), actor, subject, since, until }
  return cursorSeal(['audit', organizationUuid, filters, at, id])
}
