import type { CopyName } from './blob-store.ts'

/** What came of one copy: written, found there already, or a fault of its own that keeps no other from its turn. */
export type Arrival = 'written' | 'there' | { readonly fault: string }

/** Carries stored copies, as they are stored, from one folder of blobs to another that nothing else writes to. */
export interface CopyCarrier {
  /**
   * For each copy, several at a time: it is there once resolved, its bytes synced, decoded and compared with its digest on the way.
   * Throws when the new place cannot be written.
   */
  carry(name: CopyName, storedSize: number): Promise<Arrival>
  /** When all have been carried: what {@link carry} brought or found is durable once resolved. */
  settle(): Promise<void>
  /** Where a copy lies below the root of either folder, for people. */
  placeOf(name: CopyName): string
}
