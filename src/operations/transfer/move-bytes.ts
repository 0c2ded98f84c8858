import type { BlobInspection } from '../ports/blob-inspection.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { StoredCopy } from '../ports/catalog.ts'
import { StoreUnavailable } from '../ports/store-unavailable.ts'

/** How many files are copied at once. */
const width = 4

/** From where to where bytes are copied, and who is told what. */
export interface ByteMove {
  readonly from: Pick<BlobInspection, 'readStored' | 'placeOf'>
  readonly to: BlobStore
  readonly signal: AbortSignal
  /** Of each file that is there now: how many bytes had to be written. */
  readonly onMoved: (copy: StoredCopy, written: number) => void
  /** Of each file of the source that cannot be copied. */
  readonly onFault: (error: Error) => void
}

/** A file of the source is not what its row says, or cannot be read. */
class SourceFault extends Error {}

/** Copies the bytes of these copies in their stored form, several at once; true when all are there and durable. */
export async function moveBytes(move: ByteMove, copies: readonly StoredCopy[]): Promise<boolean> {
  const queue = copies.values()
  const failed = new AbortController()
  let isWhole = true
  const worker = async () => {
    for (const copy of queue) {
      move.signal.throwIfAborted()
      if (failed.signal.aborted) return
      try {
        move.onMoved(copy, await moveCopy(move, copy))
      } catch (error) {
        if (!(error instanceof SourceFault)) throw error
        isWhole = false
        move.onFault(error)
      }
    }
  }
  const working = Array.from({ length: width }, () => worker().catch(error => failed.abort(error)))
  await Promise.all(working)
  failed.signal.throwIfAborted()
  return isWhole
}

/** What was there with the right length is what it should be: it got its name after its digest was seen. */
async function moveCopy({ from, to }: ByteMove, { name, storedSize }: StoredCopy): Promise<number> {
  const found = await to.measure(name)
  if (found === storedSize) return 0
  if (found !== undefined) await to.remove(name)
  const place = from.placeOf(name)
  const spooled = await to.receive(
    verified(() => from.readStored(name), place),
    Number.MAX_SAFE_INTEGER,
  )
  try {
    if (spooled.size !== storedSize) throw new SourceFault(`${place}: the file has ${spooled.size} bytes; ${storedSize} are expected`)
    await to.keep(spooled, name)
  } finally {
    await to.discard(spooled)
  }
  return storedSize
}

/** Tells the faults of the source from those of the target. */
async function* verified(open: () => Promise<AsyncIterable<Uint8Array>>, place: string): AsyncGenerator<Uint8Array> {
  try {
    yield* await open()
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error
    throw new SourceFault(`${place}: ${(error as Error).message}`, { cause: error })
  }
}
