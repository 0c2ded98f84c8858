import { statfs } from 'node:fs/promises'

/**
 * What uploads leave free of a volume: so many bytes, or this part of a small one. The catalog usually lies on the same, and a full disk on
 * which no deletion can be written down could never be made emptier.
 */
const spare = { bytes: 64 * 1024 * 1024, part: 1 / 20 }

/** Bytes that uploads leave free of a volume of so many bytes. */
export function leastFree(size: number): number {
  return Math.floor(Math.min(spare.bytes, size * spare.part))
}

/** Throws what the system throws on a full disk when an upload has left less than is to be spared. */
export async function spareRoom(folder: string): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(folder)
  const least = leastFree(blocks * bsize)
  if (bavail * bsize >= least) return
  const text = `less than ${least} bytes are free on the volume of ${folder}: uploads leave them for deletions`
  throw Object.assign(new Error(text), { code: 'ENOSPC' })
}
