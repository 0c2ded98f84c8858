/** A deletion whose undo window has passed and which has maps left to purge. */
export interface Due {
  readonly organization: number
  readonly operation: number
}

/** Whoever does work that one alone may do at a time. */
export interface Lease {
  /** While a `backup` or a `suspension` lasts, nothing is purged, and no condemned copy is named to be removed. */
  readonly name: 'purge' | 'tidying' | 'backup' | 'suspension'
  /** What tells this holder from every other. A server that is the only one of its stores goes by the same name after a crash. */
  readonly holder: string
}

/** What a purge did, or would do. Sizes are bytes. */
export interface PurgeFigures {
  readonly count: number
  /** As uploaded. */
  readonly size: number
  /** Stored bytes of the contents that nothing refers to any more. */
  readonly freedSize: number
  /** Maps that holds kept. */
  readonly held: number
}

/** How far a deletion has been gone through. */
export interface PurgePlace {
  /** The highest id that was looked at. */
  readonly id: number
  /** Maps up to there that holds kept. */
  readonly held: number
}

/** What one piece of a purge did. */
export interface Purged extends PurgeFigures {
  /** Nothing when the deletion has been gone through. */
  readonly next: PurgePlace | undefined
}

/** How a piece of a purge is done. Times are milliseconds since 1970. */
export interface PurgePiece {
  /** Where the piece before it ended; nothing for the first one. */
  readonly from: PurgePlace | undefined
  /** Most maps. */
  readonly limit: number
  readonly at: number
  /** `mapkeep` for work in the background, or `command line`. */
  readonly actor: string
  readonly lease: Lease
  /** The lease is kept until then. */
  readonly until: number
}

/** Rows whose time has come. Times are milliseconds since 1970. */
export interface PurgeCatalog {
  /** Takes the lease until a time, or keeps it; false while another holder's has not run out at `at`. */
  takeLease(lease: Lease, at: number, until: number): Promise<boolean>
  /** Gives the lease back; nothing when it is not held any more. */
  dropLease(lease: Lease): Promise<void>
  /** Until when stored bytes are kept for a backup or because an operator said so; nothing when they are not. */
  keptUntil(at: number): Promise<number | undefined>
  /** Deletions that could be undone until some time up to `at` and have maps left, oldest first, after the given one. */
  due(at: number, after: Due | undefined, limit: number): Promise<readonly Due[]>
  /**
   * Purges the next maps of a due deletion, except those that holds keep: from then on they cannot be restored, and contents that
   * nothing refers to are condemned. Nothing when the lease was lost or stored bytes are kept: then nothing was done.
   */
  purgeMaps(due: Due, piece: PurgePiece): Promise<Purged | undefined>
  /** What purging all due deletions of an organization would do now; changes nothing. */
  previewPurge(organization: number, at: number): Promise<PurgeFigures>
}
