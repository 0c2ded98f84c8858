import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { syncFolder } from './sync-folder.ts'

/** Makes a private folder and those above it that are missing; once resolved they are there after a power cut, too. */
export async function makeFolder(folder: string): Promise<void> {
  const wanted = resolve(folder)
  const topmost = await mkdir(wanted, { recursive: true, mode: 0o700 })
  for (let made = wanted; dirname(made) !== made; made = dirname(made)) {
    const isNew = topmost !== undefined && made.length >= topmost.length
    // Above the new ones, too: whoever made those may have been killed before syncing. But not all of them need be ours to open
    await syncFolder(dirname(made)).catch(isNew ? rethrow : () => {})
  }
}

function rethrow(error: unknown): never {
  throw error
}
