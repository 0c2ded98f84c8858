import type { Lease, PurgeCatalog } from '../ports/purge-catalog.ts'
import { leaseTime } from '../purge.ts'

/** What keeping stored bytes stands on. */
export interface KeepingParts {
  readonly catalog: Pick<PurgeCatalog, 'takeLease' | 'dropLease'>
  /** Its holder tells this backup from every other; one that goes on with a killed one has its name, and need not wait for it. */
  readonly lease: Lease
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Milliseconds between two renewals. */
  readonly renewEvery?: number
}

/**
 * Keeps every stored copy where it is while the work runs, in all processes that work on the same stores. The work calls what it is given
 * now and then, and before it says that it is done: this throws when the bytes were not kept all the time.
 */
export async function keepBytes<T>(parts: KeepingParts, work: (assertKept: () => void) => Promise<T>): Promise<T> {
  const { catalog, lease, clock, renewEvery = leaseTime / 3 } = parts
  let until = clock() + leaseTime
  if (!(await catalog.takeLease(lease, clock(), until))) throw new Error('another backup of these stores is being made right now')
  const isKept = () => clock() < until
  const renew = async () => {
    const now = clock()
    // Once it has run out bytes may have gone, so taking it again would only hide that
    if (now < until && (await catalog.takeLease(lease, now, now + leaseTime))) until = now + leaseTime
  }
  // A catalog that is busy now is asked again long before the lease runs out
  const timer = setInterval(() => renew().catch(() => {}), renewEvery)
  try {
    return await work(() => {
      if (!isKept()) throw new Error('this process stood still for too long, and bytes may have been purged meanwhile: run it again')
    })
  } finally {
    clearInterval(timer)
    // It runs out by itself, so a catalog that does not answer now must not hide how the work ended
    await catalog.dropLease(lease).catch(() => {})
  }
}
