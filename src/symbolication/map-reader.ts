import { Problem } from '../domain/problem.ts'
import type { MapReader } from '../operations/ports/map-reader.ts'
import { asciiBytes } from './ascii-bytes.ts'
import { describeCheaply } from './describe-map.ts'
import { openPieces, type Pieces } from './pieces.ts'
import { openWorkerThread } from './worker-thread.ts'

/** What reading one map may cost. Sizes are bytes unless named otherwise. */
export interface MapReaderLimits {
  /** Most bytes of one file of a map. */
  readonly file: number
  /** Up to this many bytes in all a map is described at once; parsing that much takes less than a thread's round trip is worth. */
  readonly inline: number
  /** Heap of the thread that reads larger maps, in megabytes. */
  readonly heapMegabytes: number
  /** Most milliseconds that the thread may take for one map; many times what the largest honest map needs. */
  readonly patience: number
  /** Most larger maps that may wait for the thread. */
  readonly waiting: number
}

const defaults: MapReaderLimits = {
  file: 256 * 1024 * 1024,
  inline: 256 * 1024,
  heapMegabytes: 2048,
  patience: 60_000,
  waiting: 100,
}

/** Opens the reader of js source maps. Larger maps are read by one thread, one after another, and only the one whose turn it is lies in memory. */
export function openMapReader(limits: Partial<MapReaderLimits> = {}): MapReader {
  const { file, inline, heapMegabytes, patience, waiting } = { ...defaults, ...limits }
  const thread = openWorkerThread({ heapMegabytes, patience })
  const inTurn = queue(waiting)
  let closed = false
  const describe = async (map: Pieces, minified: Pieces | undefined) => {
    await readAll([map, minified], inline)
    const small = map.ended && (minified?.ended ?? true) && map.size + (minified?.size ?? 0) <= inline
    const description = small ? describeCheaply({ sourceMap: map.taken, minifiedFile: minified?.taken }) : undefined
    if (description !== undefined) return asciiBytes(description)
    return inTurn(async () => {
      if (closed) throw new Problem('unavailable', 'The server is stopping')
      await readAll([map, minified], Number.POSITIVE_INFINITY)
      return thread.describe({ sourceMap: map.taken, minifiedFile: minified?.taken })
    })
  }
  return {
    describe: async (sourceMap, minifiedFile) => {
      const map = openPieces(sourceMap, file)
      const minified = minifiedFile && openPieces(minifiedFile, file)
      try {
        return await describe(map, minified)
      } finally {
        await Promise.all([map.close(), minified?.close()])
      }
    },
    close: () => {
      closed = true
      return thread.close()
    },
  }
}

/** Reads every file at least a little, even when another one fails: only a file that was begun can be let go. */
async function readAll(files: readonly (Pieces | undefined)[], bytes: number): Promise<void> {
  const results = await Promise.allSettled(files.map(file => file?.readTo(bytes)))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Runs tasks one after another; refuses more than `limit` that wait. */
function queue(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async task => {
    if (waiting >= limit) throw new Problem('unavailable', 'Too many large source maps are being read; try again later')
    waiting++
    const turn = last.then(task)
    last = turn.catch(() => {})
    return turn.finally(() => waiting--)
  }
}
