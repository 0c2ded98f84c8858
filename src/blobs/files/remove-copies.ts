import { unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import { copyPath } from './copy-path.ts'
import type { FolderSync } from './folder-sync.ts'
import { isCode } from './is-code.ts'

/**
 * Milliseconds of removals without a break. They are done here and not in Node's threads for files: the way there and back takes several
 * times as long as the removal of one small file.
 */
const slice = 2

/** Folder syncs at a time: each is long, and one of Node's four threads for files stays free for requests. */
const syncs = 3

/** Copies to be removed, and whom to tell of those that cannot be. */
export interface Removal {
  readonly names: readonly CopyName[]
  readonly onFault: (error: unknown) => void
}

/**
 * Removes the files of copies and gives those that are gone for good. Their folders are synced, each once, because the catalog
 * forgets the copies next: after a power cut nobody would know of bytes that came back. So is the folder of a file that was gone
 * already, since whoever removed it may not have come to that.
 */
export async function removeCopies(root: string, sync: FolderSync, { names, onFault }: Removal): Promise<readonly CopyName[]> {
  const inFolder = new Map<string, CopyName[]>()
  let until = performance.now() + slice
  for (const name of names) {
    try {
      const folder = removeFile(copyPath(root, name))
      const others = inFolder.get(folder)
      if (others) others.push(name)
      else inFolder.set(folder, [name])
    } catch (error) {
      onFault(error)
    }
    if (performance.now() < until) continue
    await nextTurn()
    until = performance.now() + slice
  }
  const removed: CopyName[] = []
  const syncing = sharedOut([...inFolder], syncs, async ([folder, copies]) => {
    await sync(folder).catch(unlessGone)
    for (const copy of copies) removed.push(copy)
  })
  for (const error of await syncing) onFault(error)
  return removed
}

/** Gives its folder. */
function removeFile(path: string): string {
  try {
    unlinkSync(path)
  } catch (error) {
    unlessGone(error)
  }
  return dirname(path)
}

/** Does a work on each item, so many at a time; gives the errors, which keep no other item from its turn. */
async function sharedOut<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = []
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item).catch(error => errors.push(error))
  }
  await Promise.all(Array.from({ length: width }, worker))
  return errors
}

function unlessGone(error: unknown): void {
  if (!isCode(error, 'ENOENT')) throw error
}
