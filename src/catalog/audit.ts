import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Upload } from '../domain/upload.ts'
import type { AuditCatalog, AuditEntry, AuditEvent, AuditPosition, AuditQuery } from '../operations/ports/audit-catalog.ts'
import type { Db } from './engine.ts'
import type { AuditEventTable } from './schema.ts'
import { statement } from './statement.ts'
import { inTransaction } from './transaction.ts'

/** The trail of what happened. Nothing here changes or removes an entry. */
export function audit(db: Db): AuditCatalog {
  return {
    recordRefusal: entry => inTransaction(db, trx => recordEvent(trx, entry)),

    auditEvents: async (query, before, limit) => (await eventRows(db, query, before).limit(limit).execute()).map(toEvent),
  }
}

/** Appends an entry to the trail, in the transaction of what it tells of: neither is ever there without the other. */
export async function recordEvent(trx: Db, { organization, at, action, actor, address, subject, detail }: AuditEntry): Promise<void> {
  const row = { organization, at, id: newEventId(), action, actor, address: address ?? null, subject: subject ?? null }
  await insertEvent(trx, { ...row, detail: JSON.stringify(detail) })
}

const insertEvent = statement((db, row: AuditEventTable) => db.insertInto('audit_event').values(row))

/** Most characters of a name from an upload's event that go into the trail. */
const maxName = 200

/** Appends that a map was made, or declared again. */
export function recordUpload(trx: Db, upload: Upload, made: { id: number; at: number; repeat: boolean }): Promise<void> {
  const { organization, kind, attributes, uploader, address } = upload
  const names = Object.entries({ service: attributes.service, version: attributes.version }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text.slice(0, maxName)] as const],
  )
  const detail = { kind, repeat: made.repeat, ...Object.fromEntries(names) }
  return recordEvent(trx, { organization, action: 'upload', at: made.at, actor: uploader, address, subject: String(made.id), detail })
}

/** Drawn at random: an id that counted would tell how much others do. */
function newEventId(): string {
  return `evt_${randomBytes(12).toString('hex')}`
}

function eventRows(db: Db, { organization, actions, actor, subject, since, until }: AuditQuery, before: AuditPosition | undefined) {
  // One upper end only, or the planner might begin every page at the other one
  const place = before && (until === undefined || before.at < until) ? before : undefined
  return (
    db
      .selectFrom('audit_event as event')
      .leftJoin('access_key as key', join => join.onRef('key.id', '=', 'event.actor').onRef('key.organization', '=', 'event.organization'))
      .selectAll('event')
      .select('key.name as actor_name')
      .where('event.organization', '=', organization)
      .$if(actions.length > 0, query => query.where('event.action', 'in', [...actions]))
      // Said apart and word for word, so that an index without the many uploads is known to be enough
      .$if(actions.length > 0 && !actions.includes('upload'), query => query.where('event.action', '<>', sql.lit('upload')))
      .$if(actor !== undefined, query => query.where('event.actor', '=', actor ?? ''))
      .$if(subject !== undefined, query => query.where('event.subject', '=', subject ?? ''))
      .$if(since !== undefined, query => query.where('event.at', '>=', since ?? 0))
      .$if(until !== undefined && !place, query => query.where('event.at', '<', until ?? 0))
      .$if(place !== undefined, query =>
        query.where(is => is(is.refTuple('event.at', 'event.id'), '<', is.tuple(place?.at ?? 0, place?.id ?? ''))),
      )
      .orderBy('event.at', 'desc')
      .orderBy('event.id', 'desc')
  )
}

function toEvent(row: AuditEventTable & { actor_name: string | null }): AuditEvent {
  return {
    id: row.id,
    organization: row.organization,
    action: row.action,
    at: row.at,
    actor: row.actor,
    actorName: row.actor_name ?? row.actor,
    address: row.address ?? undefined,
    subject: row.subject ?? undefined,
    detail: JSON.parse(row.detail) as Record<string, unknown>,
  }
}
