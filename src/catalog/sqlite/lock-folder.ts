import path from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { makeFolder } from '../../disk/make-folder.ts'

/** A name that no store gives to a file of its own, nor takes for one. */
const lockName = '.mapkeep-lock'

/** Another server works on this folder. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(`another mapkeep server already works on ${folder}`)
    this.name = 'FolderInUse'
  }
}

/**
 * Makes this process the only server of a folder until the given function is called, or until the process ends in whatever way:
 * SQLite's exclusive lock on a file is the operating system's, which takes it back even after a kill. Throws {@link FolderInUse}.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  await makeFolder(folder)
  const database = openLock(folder)
  try {
    // Nothing is ever written, so no journal shall lie about after a kill
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (/locked|busy/i.test(String(error))) throw new FolderInUse(folder)
    throw cannotLock(folder, error)
  }
  return () => database.close()
}

function openLock(folder: string) {
  try {
    return new DatabaseSync(path.join(folder, lockName), { timeout: 0 })
  } catch (error) {
    throw cannotLock(folder, error)
  }
}

/** SQLite's own words do not name the file, and would be taken for the catalog's. */
function cannotLock(folder: string, error: unknown): Error {
  return new Error(`cannot lock ${folder}: ${lockName} in it cannot be written`, { cause: error })
}
