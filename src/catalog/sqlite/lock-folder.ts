import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'

/** Another server works on this folder. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(`another mapkeep server already works on ${folder}`)
    this.name = 'FolderInUse'
  }
}

/**
 * Makes this process the only server of a data folder until the given function is called, or until the process ends in whatever way:
 * SQLite's exclusive lock on a file is the operating system's, which takes it back even after a kill. Throws {@link FolderInUse}.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path.join(folder, 'serve.lock'), { timeout: 0 })
  try {
    // Nothing is ever written, so no journal shall lie about after a kill
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw /locked|busy/i.test(String(error)) ? new FolderInUse(folder) : error
  }
  return () => database.close()
}
