import { readdir, unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BlobStore, CopyName, Spooled } from '../../operations/ports/blob-store.ts'
import { writeAll } from './batched-writer.ts'
import { compressCopy } from './compress-copy.ts'
import { copyPath } from './copy-path.ts'
import { type Folders, openFolders } from './folders.ts'
import { measureCopy } from './measure-copy.ts'
import { ownerFile } from './owner-file.ts'
import { place } from './place.ts'
import { readCopy } from './read-copy.ts'
import { receive } from './receive.ts'
import { removeCopies } from './remove-copies.ts'
import { Spool } from './spool.ts'
import { TemporaryFile } from './temporary-file.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Opens the store that keeps copies as private files below a folder, which is made when missing. */
export async function openFileBlobs(folder: string): Promise<BlobStore> {
  const root = resolve(folder)
  const temporary = temporaryFolder(root)
  const folders = await openFolders(root)
  await folders.ensure(temporary)
  const placeFile = (file: TemporaryFile, path: string) => place(file, path, folders)
  const owner = ownerFile(root)
  return {
    installation: () => owner.read(),
    claim: installation => owner.write(installation, temporary, placeFile),
    receive: (source, limit) => receive(source, limit, temporary),
    keep: async (spooled, name) => keep(spooled, copyPath(root, name), placeFile),
    discard: spooled => discard(spooled),
    read: async (name, range) => readCopy(copyPath(root, name), name, range),
    measure: name => measureCopy(root, name),
    compress: (from, to, pause = async () => {}) => compressCopy({ root, temporary, from, to, pause, place: placeFile }),
    remove: name => remove(root, name, folders),
    removeAll: (names, onFault) => removeCopies(root, folders.sync, { names, onFault }),
    check: () => check(temporary),
    sweep: () => sweep(temporary),
  }
}

async function keep(spooled: Spooled, path: string, placeFile: (file: TemporaryFile, path: string) => Promise<void>): Promise<void> {
  if (!(spooled instanceof Spool)) throw new TypeError('these bytes were not received by this store')
  await spooled.writeOut(file => placeFile(file, path))
}

async function discard(spooled: Spooled): Promise<void> {
  // What cannot be removed now is swept at the next start
  if (spooled instanceof Spool) await spooled.discard().catch(() => {})
}

async function remove(root: string, name: CopyName, folders: Folders): Promise<void> {
  const faults: unknown[] = []
  await removeCopies(root, folders.sync, { names: [name], onFault: error => faults.push(error) })
  if (faults.length > 0) throw faults[0]
}

async function check(temporary: string): Promise<void> {
  const probe = await TemporaryFile.create(temporary)
  try {
    await writeAll(probe.handle, Buffer.from('probe'))
    await probe.sync()
  } finally {
    await probe.dispose()
  }
}

async function sweep(temporary: string): Promise<void> {
  for (const entry of await readdir(temporary, { withFileTypes: true })) {
    // Only what this store can have put there
    if (entry.isFile() && TemporaryFile.isName(entry.name)) await unlink(join(temporary, entry.name))
  }
}
