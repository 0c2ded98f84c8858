import type { BlobStore, Codec } from './ports/blob-store.ts'
import type { Catalog } from './ports/catalog.ts'
import { compressBlobs, condemnUnreferenced, removeCondemned } from './tidy-blobs.ts'

/** What the background work stands on. */
export interface TidyParts {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly codec: Codec
  readonly uploadsInFlight: () => number
  /** Told of work that failed; it is tried again on the next round. */
  readonly onFault: (error: unknown) => void
}

/** Times in milliseconds. */
const pace = { betweenRounds: 2_000, betweenLooks: 50, longestWait: 30_000, lastWork: 2_000 }

/**
 * Compresses new copies and removes condemned ones, round after round, until stopped. Stopping waits a little for the work in hand:
 * a long compression may be left unfinished, and the next start clears up after it.
 * Compression waits while uploads come in, since these are waited for, but not for ever: a steady stream must not keep it away.
 */
export function keepTidy(parts: TidyParts): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const running = runRounds(parts, stopping.signal)
  return {
    stop: async () => {
      stopping.abort()
      const enough = new AbortController()
      await Promise.race([running, sleep(pace.lastWork, enough.signal)])
      enough.abort()
    },
  }
}

async function runRounds(parts: TidyParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const idle = await runRound(parts, signal).catch(error => {
      if (!signal.aborted) parts.onFault(error)
      return true
    })
    if (idle) await sleep(pace.betweenRounds, signal)
  }
}

/** Whether nothing was left to do. */
async function runRound(parts: TidyParts, signal: AbortSignal): Promise<boolean> {
  const { catalog, blobs, codec, onFault } = parts
  const tidying = { catalog, blobs, codec, onFault, pause: pauser(parts, signal) }
  await condemnUnreferenced(tidying)
  const removed = await removeCondemned(tidying)
  const compressed = await compressBlobs(tidying)
  return removed + compressed === 0
}

/** Waits while uploads are in flight, but in all no longer than a round may be kept waiting. */
function pauser({ uploadsInFlight }: TidyParts, signal: AbortSignal): () => Promise<void> {
  let waited = 0
  return async () => {
    for (; uploadsInFlight() > 0 && waited < pace.longestWait && !signal.aborted; waited += pace.betweenLooks)
      await sleep(pace.betweenLooks, signal)
    signal.throwIfAborted()
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(end, milliseconds)
    function end() {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
