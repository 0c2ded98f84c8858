import { setImmediate as nextTurn } from 'node:timers/promises'
import { Decompress } from 'fzstd'
import { Problem } from '../domain/problem.ts'
import { zstdBlocks } from './zstd-blocks.ts'

/** Decodes zstd where Node cannot (before 22.15): block by block, giving way to other work after each one. */
export async function* decodeZstd(source: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const decoded: Uint8Array[] = []
  const decoder = new Decompress(data => decoded.push(data))
  for await (const block of zstdBlocks(source)) {
    push(decoder, block, 'more')
    yield* decoded.splice(0)
    await nextTurn()
  }
  push(decoder, new Uint8Array(0), 'last')
  yield* decoded.splice(0)
}

function push(decoder: Decompress, bytes: Uint8Array, position: 'more' | 'last'): void {
  try {
    decoder.push(bytes, position === 'last')
  } catch (error) {
    throw new Problem('bad_request', `The body is not valid zstd: ${error instanceof Error ? error.message : error}`)
  }
}
