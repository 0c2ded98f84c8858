import { readdir, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { BlobStore, CopyName, Spooled } from '../../operations/ports/blob-store.ts'
import { writeAll } from './batched-writer.ts'
import { compressCopy } from './compress-copy.ts'
import { copyPath } from './copy-path.ts'
import { type Folders, openFolders } from './folders.ts'
import { isCode } from './is-code.ts'
import { ownerFile } from './owner-file.ts'
import { place } from './place.ts'
import { readCopy } from './read-copy.ts'
import { receive } from './receive.ts'
import { Spool } from './spool.ts'
import { TemporaryFile } from './temporary-file.ts'

/** Opens the store that keeps copies as private files below a folder, which is made when missing. */
export async function openFileBlobs(folder: string): Promise<BlobStore> {
  const root = resolve(folder)
  // No program but this one has a folder of this name, whatever root it is given
  const temporary = join(root, '.mapkeep-tmp')
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
    compress: (from, to, pause = async () => {}) => compressCopy({ root, temporary, from, to, pause, place: placeFile }),
    remove: name => remove(root, name, folders),
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

// Synced, because the catalog forgets the copy next: after a power cut nobody would know of the bytes that came back
async function remove(root: string, name: CopyName, folders: Folders): Promise<void> {
  const path = copyPath(root, name)
  try {
    await unlink(path)
    await folders.sync(dirname(path))
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
  }
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
