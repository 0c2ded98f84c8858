import type { FileHandle } from 'node:fs/promises'
import type { ByteRange } from '../../operations/ports/blob-store.ts'

/** Bytes asked for at once. Few at first: most files are small, and large buffers for them make the engine collect garbage for nothing. */
const piece = { first: 16 * 1024, next: 256 * 1024 }

/** The bytes of an open file, or a part of them; leaves it open. */
export async function* fileBytes(
  file: FileHandle,
  range: ByteRange = { first: 0, last: Number.MAX_SAFE_INTEGER },
): AsyncGenerator<Uint8Array> {
  let room = Buffer.allocUnsafe(piece.first)
  for (let at = range.first; at <= range.last; ) {
    if (room.length === 0) room = Buffer.allocUnsafe(piece.next)
    const { bytesRead } = await file.read(room, 0, Math.min(room.length, range.last - at + 1), at)
    if (bytesRead === 0) return
    yield room.subarray(0, bytesRead)
    // Also for the read that finds the end
    room = room.subarray(bytesRead)
    at += bytesRead
  }
}
