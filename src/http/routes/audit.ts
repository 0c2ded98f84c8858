import { auditPage, auditTrail } from '../../operations/audit.ts'
import type { AuditEvent, AuditQuery } from '../../operations/ports/audit-catalog.ts'
import { type Answer, type Chunks, json } from '../answer.ts'
import { writeAuditCursor } from '../audit-cursor.ts'
import { auditAnswer, auditParameters } from '../audit-description.ts'
import type { Parts } from '../parts.ts'
import { readAudit } from '../read-audit.ts'
import type { AskedBy, Route } from '../route.ts'

/** Who did what, when and from where. */
export const audit: Route = {
  method: 'GET',
  path: '/api/mapkeep/v1/audit',
  credentials: 'keys',
  permission: 'mapkeep_admin',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'ListAuditEvents',
    tag: 'Mapkeep',
    summary: 'Read the audit trail',
    text: 'Answers what happened in the organization, newest first: uploads, deletions, restorations, undos, purges, keys, holds, and refused attempts on deletion. Nothing is ever taken out of the trail, and no secret is ever put in.',
    parameters: auditParameters,
    answers: [auditAnswer],
    refusals: ['bad_request'],
  },
  handle: answer,
}

async function answer({ parts, principal, query }: AskedBy): Promise<Answer> {
  const wish = readAudit(query(), principal)
  if (!wish.page) return { status: 200, headers: { 'content-type': 'application/jsonl' }, body: async () => lines(parts, wish.query) }
  const { events, next } = await auditPage(parts.catalog, wish.query, wish.page)
  const cursor = next ? { next_cursor: writeAuditCursor(wish, next) } : {}
  return json({ data: events.map(toResource), meta: { page: { has_more_results: next !== undefined, ...cursor } } })
}

async function* lines({ catalog }: Parts, query: AuditQuery): Chunks {
  for await (const events of auditTrail(catalog, query)) yield events.map(event => `${JSON.stringify(toResource(event))}\n`).join('')
}

function toResource({ id, at, action, actor, actorName, address, subject, detail }: AuditEvent): object {
  const place = { ...(address === undefined ? {} : { address }), ...(subject === undefined ? {} : { subject }) }
  const attributes = { at: new Date(at).toISOString(), action, actor: { id: actor, name: actorName }, ...place, detail }
  return { id, type: 'audit_events', attributes }
}
