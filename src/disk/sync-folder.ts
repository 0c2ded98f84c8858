import { open } from 'node:fs/promises'

/** Makes a folder's new, moved and removed names durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
