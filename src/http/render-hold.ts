import type { Hold } from '../operations/ports/hold-catalog.ts'
import { timeMember } from './time-text.ts'

/** A hold as a JSON:API resource. */
export function renderHold({ id, selector, reason, owner, createdBy, createdAt, expiresAt, releasedAt }: Hold): object {
  const { kind: mapkind, service, version, ids } = selector
  const when = { ...timeMember('created_at', createdAt), ...timeMember('expires_at', expiresAt), ...timeMember('released_at', releasedAt) }
  return { id, type: 'holds', attributes: { selector: { mapkind, service, version, ids }, reason, owner, created_by: createdBy, ...when } }
}
