import type { auditActions } from '../../domain/audit-actions.ts'

/** What an entry of the trail tells of. */
export type AuditAction = keyof typeof auditActions

/** Something that happened, to be kept for ever. */
export interface AuditEntry {
  readonly organization: number
  readonly action: AuditAction
  /** Milliseconds since 1970. */
  readonly at: number
  /** Id of the key that did it, or `command line` or `mapkeep` when no key did. */
  readonly actor: string
  readonly address: string | undefined
  /** Id of what it was done to: a map, an operation, a key, a hold; nothing when there is none. */
  readonly subject: string | undefined
  /** Facts, none of them secret. */
  readonly detail: Readonly<Record<string, unknown>>
}

/** An entry as it is read back. */
export interface AuditEvent extends AuditEntry {
  readonly id: string
  /** The key's name, or the actor itself when no key did it. */
  readonly actorName: string
}

/** Which entries; all conditions must hold. Times are milliseconds since 1970. */
export interface AuditQuery {
  readonly organization: number
  readonly actions: readonly AuditAction[]
  readonly actor: string | undefined
  readonly subject: string | undefined
  readonly since: number | undefined
  readonly until: number | undefined
}

/** A place in the trail. */
export interface AuditPosition {
  readonly at: number
  readonly id: string
}

/** The append-only trail. What changes rows appends to it in the same transaction; only refusals come through here. */
export interface AuditCatalog {
  /** When a request on maps was refused. */
  recordRefusal(entry: AuditEntry): Promise<void>
  /** Newest first, those before a place. */
  auditEvents(query: AuditQuery, before: AuditPosition | undefined, limit: number): Promise<readonly AuditEvent[]>
}
