import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../disk/make-folder.ts'
import { createFolderSync, type FolderSync } from './folder-sync.ts'
import { isCode } from './is-code.ts'

/** The private folders below a store's root, made when first needed. */
export interface Folders {
  /** Resolves when the folder exists and will after a power cut too. */
  ensure(folder: string): Promise<void>
  /** Looks for it and those above it again next time, because something went wrong there. */
  forget(folder: string): void
  readonly sync: FolderSync
}

/** Opens the root itself, with every folder above it that is missing. */
export async function openFolders(root: string): Promise<Folders> {
  const sync = createFolderSync()
  await makeFolder(root)
  const known = new Map([[root, Promise.resolve()]])

  async function make(folder: string): Promise<void> {
    const parent = dirname(folder)
    await ensure(parent)
    await mkdir(folder, { mode: 0o700 }).catch(unlessThere)
    // Even when it was there: whoever made it may have been killed before syncing
    await sync(parent)
  }

  function ensure(folder: string): Promise<void> {
    const made = known.get(folder) ?? make(folder)
    known.set(folder, made)
    made.catch(() => known.delete(folder))
    return made
  }

  function forget(folder: string): void {
    for (let lost = folder; lost !== root; lost = dirname(lost)) known.delete(lost)
  }

  return { ensure, sync, forget }
}

function unlessThere(error: unknown): void {
  if (!isCode(error, 'EEXIST')) throw error
}
