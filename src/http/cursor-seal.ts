import { createHash } from 'node:crypto'

/**
 * What ties a cursor to its list. It is no secret: it keeps a cursor from being used in another list by mistake, and inside one's
 * own list every place is allowed.
 */
export function cursorSeal(bound: unknown): string {
  return createHash('sha256').update(JSON.stringify(bound)).digest('base64url').slice(0, 22)
}
