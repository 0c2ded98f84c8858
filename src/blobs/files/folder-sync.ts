import { syncFolder } from '../../disk/sync-folder.ts'

/** Makes a folder's new, moved and removed names durable. */
export type FolderSync = (folder: string) => Promise<void>

/** A folder sync in which callers that come while one is running share the next one. */
export function createFolderSync(): FolderSync {
  const running = new Map<string, Promise<void>>()
  const waiting = new Map<string, Promise<void>>()
  async function syncAfter(earlier: Promise<void> | undefined, folder: string): Promise<void> {
    await earlier?.catch(() => {})
    const mine = waiting.get(folder)
    waiting.delete(folder)
    if (mine) running.set(folder, mine)
    try {
      await syncFolder(folder)
    } finally {
      if (running.get(folder) === mine) running.delete(folder)
    }
  }
  return folder => {
    const queued = waiting.get(folder)
    if (queued) return queued
    const next = syncAfter(running.get(folder), folder)
    waiting.set(folder, next)
    return next
  }
}
