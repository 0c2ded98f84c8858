import { createHash } from 'node:crypto'
import { Problem, parameterReason } from '../domain/problem.ts'
import type { ListQuery } from '../operations/ports/read-catalog.ts'

/** Names the place after a map in one list, as `meta.page.next_cursor`. */
export function writeCursor(query: ListQuery, id: number): string {
  return Buffer.from(`${id}.${seal(query, id)}`).toString('base64url')
}

/**
 * The map a cursor stands after; throws Problem `bad_request` for one of another list. The seal is no secret: it keeps a cursor
 * from being used with other filters by mistake, and inside one's own list every place is allowed.
 */
export function readCursor(query: ListQuery, cursor: string): number {
  const [digits = '', given] = Buffer.from(cursor, 'base64url').toString('latin1').split('.')
  const id = /^[1-9]\d{0,15}$/.test(digits) ? Number(digits) : 0
  if (id === 0 || given !== seal(query, id)) {
    const detail = 'page[after] must be the next_cursor of the previous page, with the same mode and filters'
    throw new Problem('bad_request', [parameterReason('page[after]', detail)])
  }
  return id
}

function seal({ organization, selection, withDebugId }: ListQuery, id: number): string {
  const criteria = selection.criteria.map(({ filter, values }) => [filter, ...[...values].sort()].join('\0')).sort()
  const bound = JSON.stringify([organization, selection.kind, withDebugId, criteria, id])
  return createHash('sha256').update(bound).digest('base64url').slice(0, 22)
}
