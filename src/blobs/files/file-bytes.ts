import type { FileHandle } from 'node:fs/promises'
import type { ByteRange } from '../../operations/ports/blob-store.ts'

const chunkSize = 256 * 1024

/** The bytes of an open file, or a part of them; leaves it open. */
export async function* fileBytes(
  file: FileHandle,
  range: ByteRange = { first: 0, last: Number.MAX_SAFE_INTEGER },
): AsyncGenerator<Uint8Array> {
  for (let at = range.first; at <= range.last; ) {
    const length = Math.min(chunkSize, range.last - at + 1)
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}
