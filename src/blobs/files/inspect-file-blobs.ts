import { lstat, rename } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { makeFolder } from '../../disk/make-folder.ts'
import { syncFolder } from '../../disk/sync-folder.ts'
import type { BlobInspection, TemporaryEntry } from '../../operations/ports/blob-inspection.ts'
import { watched } from '../watched.ts'
import { copyPath } from './copy-path.ts'
import { entryPages, keptFiles, unlessGone } from './kept-files.ts'
import { measureCopy } from './measure-copy.ts'
import { ownerFile } from './owner-file.ts'
import { readCopy } from './read-copy.ts'
import { TemporaryFile } from './temporary-file.ts'
import { temporaryFolder } from './temporary-folder.ts'

const quarantineForm = /^[0-9A-Za-z]+$/

/** Opens the store in a folder for an inspection, as it is: makes nothing, not even the folder. */
export function inspectFileBlobs(folder: string): BlobInspection {
  const root = resolve(folder)
  const temporary = temporaryFolder(root)
  const move = mover()
  return {
    installation: () => ownerFile(root).read(),
    read: async (name, range) => readCopy(copyPath(root, name), name, range),
    readStored: async name => watched(await readCopy(copyPath(root, name), { ...name, codec: 'identity' }), name),
    keptFiles: () => keptFiles(root),
    measure: name => measureCopy(root, name),
    placeOf: name => relative(root, copyPath(root, name)),
    temporaryFiles: () => temporaryFiles(temporary),
    quarantineCopy: async (name, quarantine) => {
      const path = copyPath(root, name)
      return move(path, join(quarantineFolder(root, quarantine), relative(root, path)))
    },
    quarantineTemporary: async (name, quarantine) => {
      if (!TemporaryFile.isName(name)) throw new RangeError(`not the name of a temporary file: ${name}`)
      return move(join(temporary, name), join(quarantineFolder(root, quarantine), 'temporary', name))
    },
  }
}

async function* temporaryFiles(folder: string): AsyncGenerator<readonly TemporaryEntry[]> {
  for await (const page of entryPages(folder)) {
    // Only what this store can have put there
    const ours = page.filter(entry => entry.isFile() && TemporaryFile.isName(entry.name))
    const found = await Promise.all(ours.map(async ({ name }) => ({ name, status: await fileStatus(join(folder, name)) })))
    yield found.flatMap(({ name, status }) => (status ? [{ name, size: status.size, changedAt: status.mtimeMs }] : []))
  }
}

async function fileStatus(path: string) {
  const status = await lstat(path).catch(unlessGone)
  return status?.isFile() ? status : undefined
}

function quarantineFolder(root: string, name: string): string {
  if (!quarantineForm.test(name)) throw new RangeError(`not the name of a quarantine: ${name}`)
  return join(root, 'quarantine', name)
}

/** Moves durably, so that a repair that was reported has happened. No name is taken there: that of a copy or a temporary file is never used twice. */
function mover(): (from: string, to: string) => Promise<boolean> {
  const made = new Set<string>()
  return async (from, to) => {
    if (!(await fileStatus(from))) return false
    if (!made.has(dirname(to))) await makeFolder(dirname(to))
    made.add(dirname(to))
    // Away between the look and the move: then there is nothing to be moved any more
    const moved = await rename(from, to).then(() => true, unlessGone)
    if (!moved) return false
    for (const folder of [dirname(to), dirname(from)]) await syncFolder(folder)
    return true
  }
}
