import type { BlobStore } from './ports/blob-store.ts'
import type { Catalog } from './ports/catalog.ts'
import { leaseTime } from './purge.ts'

/** What the lease is about. */
export interface TidyingLeaseParts {
  readonly catalog: Pick<Catalog, 'takeLease' | 'dropLease' | 'abandonStaleIntents'>
  readonly blobs: Pick<BlobStore, 'sweep'>
  /** What tells this server from every other of the same stores. */
  readonly holder: string
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** The right to tidy stores that many servers share. */
export interface TidyingLease {
  /** Takes or keeps it; false while another server has it. */
  hold(): Promise<boolean>
  /** When this server holds it and compresses nothing: clears up after servers that died, now and then. */
  clearUp(): Promise<void>
  /** Gives it back, so that another server need not wait until it runs out. */
  drop(): Promise<void>
}

/** Milliseconds: an upload is declared when its bytes are there, so it takes no longer by far; and how often is looked for older ones. */
const stale = { age: 3_600_000, looks: 3_600_000 }

/**
 * Only who holds the lease compresses and removes. So what is reserved for a compression, while its holder has none under way, is of one that did
 * not end.
 */
export function tidyingLease({ catalog, blobs, holder, clock }: TidyingLeaseParts): TidyingLease {
  const lease = { name: 'tidying', holder } as const
  let until = 0
  let cleared: number | undefined
  return {
    async hold() {
      const now = clock()
      if (until - now > leaseTime / 2) return true
      // Another server may have begun something while it had run out
      if (until <= now) cleared = undefined
      until = (await catalog.takeLease(lease, now, now + leaseTime)) ? now + leaseTime : 0
      return until > 0
    },
    async clearUp() {
      const now = clock()
      if (cleared !== undefined && now - cleared < stale.looks) return
      await catalog.abandonStaleIntents(now - stale.age)
      await blobs.sweep()
      cleared = now
    },
    async drop() {
      if (until > 0) await catalog.dropLease(lease)
      until = 0
    },
  }
}

/**
 * The same right where there is no other server: it is had from the start, when everything was cleared up, for good. What is left to be cleared up
 * are uploads of its own that could neither be finished nor given up, as on a disk that fails.
 */
export function soleTidying({ catalog, clock, uploadsInFlight }: SoleTidyingParts): TidyingLease {
  let cleared = clock()
  return {
    hold: async () => true,
    async clearUp() {
      const now = clock()
      // Not only by age: the machine may have slept in the middle of one
      if (now - cleared < stale.looks || uploadsInFlight() > 0) return
      await catalog.abandonStaleIntents(now - stale.age)
      cleared = now
    },
    drop: async () => {},
  }
}

type SoleTidyingParts = Omit<TidyingLeaseParts, 'blobs' | 'holder'> & { readonly uploadsInFlight: () => number }
