import { statfs } from 'node:fs/promises'

/** Bytes that this user can still write to the volume on which the folder lies. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
