import { randomUUID } from 'node:crypto'
import { type PieceSize, pieceSize } from './piece-size.ts'
import type { BlobStore } from './ports/blob-store.ts'
import type { Catalog } from './ports/catalog.ts'
import type { Due, Lease, PurgeFigures, PurgePlace } from './ports/purge-catalog.ts'
import { removeCondemned } from './tidy-blobs.ts'

/** What a purge works on and how. */
export interface PurgeParts {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  /** `mapkeep` for work in the background, or `command line`. */
  readonly actor: string
  /** What tells this process from every other that may purge the same stores; without it, something random. */
  readonly holder?: string
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Milliseconds for which condemned bytes stay; none unless given. */
  readonly removalDelay?: number
  /** Awaited before each piece of work, so that requests come in between; rejects when work must end. */
  readonly pause: () => Promise<void>
  /** Told of a copy that cannot be removed; it is tried again later, and the others are not kept waiting. */
  readonly onFault: (error: unknown) => void
  /** Told after each piece what has been done so far. */
  readonly onProgress?: (report: PurgeReport) => void
}

/** What a purge did, or would do. Sizes are bytes. */
export interface PurgeReport extends PurgeFigures {
  /** How many it has gone through. */
  readonly deletions: number
}

/** How a purge ended; `taken`: another process is purging or stored bytes are kept, and this one left off or did not begin. */
export interface PurgeEnd extends PurgeReport {
  readonly taken: boolean
  /** Until when stored bytes are kept, milliseconds since 1970; nothing when that was not the reason. */
  readonly keptUntil?: number | undefined
}

/** Milliseconds for which a process that works and then is silent keeps others from purging. */
export const leaseTime = 60_000

/** Maps of one piece: others that write to the catalog wait for no more than these. */
const pieces = { first: 500, least: 500, most: 5000 }

/** Copies are removed whenever so many maps have been purged: their folders are synced once for all of them. */
const mapsPerRemoval = 10_000

/** Most copies of one removal. */
const removalSize = 20_000

const duePage = 100

/**
 * Purges every deletion that is due, in pieces, while it alone holds the lease; then removes the bytes. It may be cut off at any
 * point: rows tell what has been done, and condemned copies are found by whoever removes such next.
 */
export async function purge(parts: PurgeParts): Promise<PurgeEnd> {
  const lease = { name: 'purge', holder: parts.holder ?? randomUUID() } as const
  const tally = { deletions: 0, count: 0, size: 0, freedSize: 0, held: 0 }
  const now = parts.clock()
  const keptUntil = await parts.catalog.keptUntil(now)
  if (keptUntil !== undefined) return { ...tally, taken: true, keptUntil }
  if (!(await parts.catalog.takeLease(lease, now, now + leaseTime))) return { ...tally, taken: true }
  const removals = startRemovals(parts)
  try {
    const kept = await purgeAll({ parts, lease, tally, removals, sizes: pieceSize(pieces) })
    await removals.finish()
    return { ...tally, taken: !kept, keptUntil: kept ? undefined : await parts.catalog.keptUntil(parts.clock()) }
  } finally {
    await removals.idle()
    await parts.catalog.dropLease(lease)
  }
}

/** What purging everything that is due would do now; changes nothing. */
export async function previewPurge(catalog: Catalog, now: number): Promise<PurgeReport> {
  const total = { deletions: 0, count: 0, size: 0, freedSize: 0, held: 0 }
  const organizations = new Set<number>()
  for await (const { organization } of allDue(catalog, now)) {
    total.deletions++
    organizations.add(organization)
  }
  for (const organization of organizations) add(total, await catalog.previewPurge(organization, now))
  return total
}

interface Work {
  readonly parts: PurgeParts
  readonly lease: Lease
  readonly tally: Tally
  readonly removals: Removals
  readonly sizes: PieceSize
}

type Tally = { -readonly [name in keyof PurgeReport]: number }

/** False when the lease was lost, or stored bytes are kept from now on. */
async function purgeAll(work: Work): Promise<boolean> {
  const { parts, tally } = work
  // What becomes due meanwhile is for the next time
  for await (const due of allDue(parts.catalog, parts.clock())) {
    if (!(await purgeDeletion(work, due))) return false
    tally.deletions++
  }
  return true
}

async function purgeDeletion({ parts, lease, tally, removals, sizes }: Work, due: Due): Promise<boolean> {
  const { catalog, clock, actor, pause, onProgress } = parts
  let from: PurgePlace | undefined
  do {
    await pause()
    const at = clock()
    const piece = { from, at, actor, lease, until: at + leaseTime }
    const purged = await sizes.run(limit => catalog.purgeMaps(due, { ...piece, limit }))
    if (!purged) return false
    add(tally, purged)
    onProgress?.({ ...tally })
    await removals.after(purged.count)
    from = purged.next
  } while (from)
  return true
}

function add(total: Tally, { count, size, freedSize, held }: PurgeFigures): void {
  total.count += count
  total.size += size
  total.freedSize += freedSize
  total.held += held
}

async function* allDue(catalog: Catalog, at: number): AsyncGenerator<Due> {
  for (let after: Due | undefined; ; ) {
    const page = await catalog.due(at, after, duePage)
    yield* page
    if (page.length < duePage) return
    after = page.at(-1)
  }
}

/** The bytes go while rows are being worked on, but never further behind these than one removal. */
interface Removals {
  /** When maps have been purged. */
  after(count: number): Promise<void>
  /** Removes what is left. */
  finish(): Promise<void>
  /** Resolves when nothing is being removed, however that ended. */
  idle(): Promise<void>
}

function startRemovals(parts: PurgeParts): Removals {
  let waiting = 0
  let running: Promise<number> = Promise.resolve(0)
  return {
    after: async count => {
      waiting += count
      if (waiting < mapsPerRemoval) return
      waiting = 0
      await running
      running = removeCondemned(parts, removalSize)
      // Told to whoever waits for it
      running.catch(() => {})
    },
    finish: async () => {
      await running
      do running = removeCondemned(parts, removalSize)
      while ((await running) > 0)
    },
    idle: async () => {
      await running.catch(() => {})
    },
  }
}
