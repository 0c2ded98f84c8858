import { Problem } from '../domain/problem.ts'

const mebibyte = 1024 * 1024

/** A file being read into memory, as pieces that nobody else holds. */
export interface Pieces {
  readonly taken: readonly Uint8Array<ArrayBuffer>[]
  readonly size: number
  readonly ended: boolean
  /** Reads on until `bytes` are there or the file has ended; throws Problem `too_large` beyond the limit. */
  readTo(bytes: number): Promise<void>
  /** Always, at the end: lets go of the file. */
  close(): Promise<void>
}

/** Starts to read a file of at most `limit` bytes. */
export function openPieces(source: AsyncIterable<Uint8Array>, limit: number): Pieces {
  const iterator = source[Symbol.asyncIterator]()
  const taken: Uint8Array<ArrayBuffer>[] = []
  let [size, ended] = [0, false]
  const readTo = async (bytes: number) => {
    while (!ended && size < bytes) {
      const { done, value } = await iterator.next()
      if (done) ended = true
      else {
        size += value.length
        if (size > limit) throw new Problem('too_large', `A source map of more than ${Math.floor(limit / mebibyte)} MiB cannot be shown`)
        // A copy, because the bytes may lie in a buffer pool, which must not be moved to another thread
        taken.push(new Uint8Array(value))
      }
    }
  }
  const close = async () => {
    await iterator.return?.()
  }
  return {
    taken,
    get size() {
      return size
    },
    get ended() {
      return ended
    },
    readTo,
    close,
  }
}
