import type { HoldSelector } from '../../domain/hold.ts'

/** A hold as it is kept. Times are milliseconds since 1970. */
export interface Hold {
  readonly organization: number
  readonly id: string
  readonly selector: HoldSelector
  readonly reason: string
  /** Who to ask about it; free text. */
  readonly owner: string
  /** Id of the key that placed it. */
  readonly createdBy: string
  readonly createdAt: number
  readonly expiresAt: number | undefined
  readonly releasedAt: number | undefined
}

/** Rows that keep maps from being deleted or purged. */
export interface HoldCatalog {
  /** Once resolved, nothing that commits later deletes or purges what the hold matches. Gives the ids of the selector that are no unpurged map's, or of one that does not meet the other conditions, and keeps nothing then. */
  placeHold(hold: Hold, address: string | undefined): Promise<readonly string[]>
  /** False when there is no such hold, or it has been released before. */
  releaseHold(organization: number, id: string, by: { actor: string; address: string | undefined; at: number }): Promise<boolean>
  /** Newest first; `all` includes those that have been released or have expired by `at`. */
  listHolds(organization: number, wish: { at: number; all: boolean }): Promise<readonly Hold[]>
}
