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
  /** Gives it back, so that another server need not wait until it runs out. */
  drop(): Promise<void>
}

/** Milliseconds: an upload is declared when its bytes are there, so it takes no longer by far; and how often is looked for older ones. */
const stale = { age: 3_600_000, looks: 3_600_000 }

/**
 * Only who holds the lease compresses and removes. Whoever comes to hold it clears up after servers that died: nobody else compresses, so
 * what is reserved for a compression is of one that did not end.
 */
export function tidyingLease({ catalog, blobs, holder, clock }: TidyingLeaseParts): TidyingLease {
  const lease = { name: 'tidying', holder } as const
  let until = 0
  let cleared = 0
  return {
    async hold() {
      const now = clock()
      if (until - now > leaseTime / 2) return true
      const hadIt = until > now
      if (!(await catalog.takeLease(lease, now, now + leaseTime))) {
        until = 0
        return false
      }
      until = now + leaseTime
      if (hadIt && now - cleared < stale.looks) return true
      await catalog.abandonStaleIntents(now - stale.age)
      await blobs.sweep()
      cleared = now
      return true
    },
    async drop() {
      if (until > 0) await catalog.dropLease(lease)
      until = 0
    },
  }
}
