import type { AuditCatalog, AuditEvent, AuditPosition, AuditQuery } from './ports/audit-catalog.ts'

/** A stretch of the trail, newest first. */
export interface AuditPage {
  readonly events: readonly AuditEvent[]
  /** Where the next page begins; nothing on the last one. */
  readonly next: AuditPosition | undefined
}

/** Which stretch: at most `size` events, those before a place. */
export interface AuditStretch {
  readonly before: AuditPosition | undefined
  readonly size: number
}

const exportSize = 500

/** One page of the trail. */
export async function auditPage(catalog: AuditCatalog, query: AuditQuery, { before, size }: AuditStretch): Promise<AuditPage> {
  // One more than asked for tells whether there are more
  const found = await catalog.auditEvents(query, before, size + 1)
  const events = found.slice(0, size)
  const last = events.at(-1)
  return { events, next: found.length > size && last ? { at: last.at, id: last.id } : undefined }
}

/** The whole trail as far as it matches, a page in memory at a time. */
export async function* auditTrail(catalog: AuditCatalog, query: AuditQuery): AsyncGenerator<readonly AuditEvent[]> {
  let before: AuditPosition | undefined
  do {
    const { events, next } = await auditPage(catalog, query, { before, size: exportSize })
    if (events.length > 0) yield events
    before = next
  } while (before)
}
