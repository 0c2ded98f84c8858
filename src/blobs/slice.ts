import type { ByteRange } from '../operations/ports/blob-store.ts'

/** The part of `source` that a range names; stops the source once it has it. */
export async function* slice(source: AsyncIterable<Uint8Array>, range: ByteRange): AsyncGenerator<Uint8Array> {
  if (range.last < range.first) return
  let at = 0
  for await (const chunk of source) {
    const part = chunk.subarray(Math.max(0, range.first - at), range.last + 1 - at)
    at += chunk.length
    if (part.length > 0) yield part
    if (at > range.last) return
  }
}
