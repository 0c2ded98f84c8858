import { setTimeout as wait } from 'node:timers/promises'
import type { BlobStore, Codec } from './ports/blob-store.ts'
import type { Catalog } from './ports/catalog.ts'
import { leaseTime, purge } from './purge.ts'
import { compressBlobs, condemnUnreferenced, removeCondemned } from './tidy-blobs.ts'
import { soleTidying, type TidyingLease, tidyingLease } from './tidying-lease.ts'

/** What the background work stands on. */
export interface TidyParts {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly codec: Codec
  readonly uploadsInFlight: () => number
  /** Milliseconds between two purges; 0 is never. */
  readonly purgeInterval: number
  /** What tells this server from every other that may purge the same stores: the only one of its stores keeps its name, and need not wait for itself after a crash. */
  readonly holder: string
  /** Milliseconds for which condemned bytes stay; none unless given. */
  readonly removalDelay?: number
  /** Whether other servers may work on the same stores. */
  readonly shared: boolean
  /** Told of work that failed; it is tried again on the next round. */
  readonly onFault: (error: unknown) => void
}

/** Times in milliseconds. */
const pace = { betweenRounds: 2_000, betweenTries: 10_000, betweenLooks: 50, longestWait: 30_000, lastWork: 2_000 }

/** Milliseconds between two looks for expired plans where nothing is purged. */
const planInterval = 3_600_000

/** Expired plans that are forgotten at once. */
const plansAtOnce = 500

/**
 * Compresses new copies, removes condemned ones and purges what is due, round after round, until stopped. Stopping waits a little for
 * the work in hand: what is left unfinished is cleared up after, or gone on with, by the next start.
 * Compression waits while uploads come in, since these are waited for, but not for ever: a steady stream must not keep it away.
 */
export function keepTidy(parts: TidyParts): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const common: Common = { purging: false, lease: (parts.shared ? tidyingLease : soleTidying)({ ...parts, clock: Date.now }) }
  const running = Promise.all([runRounds(parts, common, stopping.signal), runPurges(parts, common, stopping.signal)])
  return {
    stop: async () => {
      stopping.abort()
      const enough = new AbortController()
      await Promise.race([running, sleep(pace.lastWork, enough.signal)])
      enough.abort()
      // What was left unfinished is for whoever holds it next
      await common.lease.drop().catch(() => {})
    },
  }
}

/** What the two works know of each other. */
interface Common {
  /** Whether a purge removes condemned copies itself. */
  purging: boolean
  readonly lease: TidyingLease
}

async function runRounds(parts: TidyParts, common: Common, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pause = await runRound(parts, common, signal).catch(error => {
      if (!signal.aborted) parts.onFault(error)
      return pace.betweenRounds
    })
    await sleep(pause, signal)
  }
}

/** Gives the milliseconds to wait: none as long as there was something to do. */
async function runRound(parts: TidyParts, common: Common, signal: AbortSignal): Promise<number> {
  if (!(await common.lease.hold())) return pace.betweenTries
  // What it cannot clear up now, as on a full disk, must not keep it from removing what would make room
  await common.lease.clearUp().catch(parts.onFault)
  const { catalog, blobs, codec, onFault } = parts
  const tidying = { catalog, blobs, codec, onFault, pause: pauser(parts, common, signal) }
  await condemnUnreferenced(tidying)
  const removed = common.purging ? 0 : await removeCondemned({ ...tidying, removalDelay: parts.removalDelay ?? 0 })
  const compressed = await compressBlobs(tidying)
  return removed + compressed === 0 ? pace.betweenRounds : 0
}

async function runPurges(parts: TidyParts, common: Common, signal: AbortSignal): Promise<void> {
  const interval = parts.purgeInterval || planInterval
  while (!signal.aborted) {
    common.purging = true
    const taken = await runPurge(parts, signal).catch(error => {
      if (!signal.aborted) parts.onFault(error)
      return false
    })
    common.purging = false
    // Whoever has the lease may have been killed
    await sleep(taken ? Math.min(interval, leaseTime) : interval, signal)
  }
}

/** Whether another process purges. */
async function runPurge({ uploadsInFlight, ...parts }: TidyParts, signal: AbortSignal): Promise<boolean> {
  const pause = async () => {
    // Other requests have had their turn between two pieces anyway; uploads are many requests to the catalog each
    if (uploadsInFlight() > 0) await sleep(pace.betweenLooks, signal)
    signal.throwIfAborted()
  }
  const isOn = parts.purgeInterval > 0
  const { taken } = isOn ? await purge({ ...parts, actor: 'mapkeep', clock: Date.now, pause }) : { taken: false }
  while ((await parts.catalog.forgetPlans(Date.now(), plansAtOnce)) === plansAtOnce) await pause()
  return taken
}

/** Waits while uploads are in flight, but in all no longer than a round may be kept waiting. */
function pauser({ uploadsInFlight }: TidyParts, { lease }: Common, signal: AbortSignal): () => Promise<void> {
  let waited = 0
  return async () => {
    for (; uploadsInFlight() > 0 && waited < pace.longestWait && !signal.aborted; waited += pace.betweenLooks)
      await sleep(pace.betweenLooks, signal)
    signal.throwIfAborted()
    if (!(await lease.hold())) throw new Error('another server tidies the stores now')
  }
}

/** Ends early, without an error, when it is aborted. */
async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => {})
}
