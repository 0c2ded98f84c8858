import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { isCode } from '../../blobs/files/is-code.ts'
import { unlessGone } from '../../blobs/files/kept-files.ts'
import { FolderInUse } from '../../catalog/sqlite/lock-folder.ts'
import { lockStores } from '../../catalog/sqlite/lock-stores.ts'
import { renameFile, writeFile } from '../../disk/write-file.ts'
import { type BackupFiles, backupFiles, filesOfCatalog } from './backup-files.ts'
import { fittingManifest, type Manifest } from './manifest.ts'

/** A backup that is whole, or a place for one. */
export interface BackupFolder {
  readonly files: BackupFiles
  /** Nothing when no backup has been finished yet. */
  readonly manifest: Manifest | undefined
  readonly close: () => void
}

/** What a new folder may have in it: an own volume has the first, and a backup that was cut off at its very beginning the others. */
const harmless = new Set(['lost+found', '.mapkeep-lock', '.mapkeep-backup.partial'])

/** Opens a folder for the next backup of an installation, and makes it; clears up after one that was cut off. */
export async function openBackupFolder(place: string, installation: string): Promise<BackupFolder> {
  const files = backupFiles(resolve(place))
  await refuseOthers(files, installation)
  const close = await lock(files)
  try {
    await writeFile(files.marker, `${installation}\n`)
    const manifest = await readWhole(files)
    if (manifest && manifest.path !== files.manifest) await renameFile(manifest.path, files.manifest)
    await removeUnfinished(files)
    return { files, manifest: manifest?.manifest, close }
  } catch (error) {
    close()
    throw error
  }
}

/** Opens a finished backup to read it; the folder may be one that cannot be written. */
export async function openBackup(place: string): Promise<BackupFolder & { readonly manifest: Manifest }> {
  const files = backupFiles(resolve(place))
  if (!existsSync(files.marker)) throw new Error(`${files.folder} is no backup of mapkeep`)
  const close = await lock(files).catch(error => {
    if (error instanceof BusyFolder) throw error
    return () => {}
  })
  try {
    const found = await readWhole(files)
    if (!found) throw new Error(`the backup in ${files.folder} was never finished: run mapkeep backup again`)
    return { files, manifest: found.manifest, close }
  } catch (error) {
    close()
    throw error
  }
}

class BusyFolder extends Error {}

async function lock({ folder, blobs }: BackupFiles): Promise<() => void> {
  try {
    return await lockStores({ data: folder, database: undefined, blobs })
  } catch (error) {
    if (error instanceof FolderInUse) throw new BusyFolder(`${folder} is in use by another backup, by the restoring of one, or by a server`)
    throw error
  }
}

async function refuseOthers({ folder, marker, blobs }: BackupFiles, installation: string): Promise<void> {
  const owner = (await readFile(marker, 'utf8').catch(unlessGone))?.trim()
  if (owner === installation) return
  if (owner !== undefined) throw new Error(`${folder} holds backups of another installation`)
  const entries = (await namesIn(folder)).filter(name => !harmless.has(name) && name !== basename(marker))
  // Locking has made the folder of the blobs before the marker is written
  const begun = entries.every(name => name === basename(blobs)) && (await namesIn(blobs)).every(name => harmless.has(name))
  if (!begun) throw new Error(`${folder} is not empty, and no backup of mapkeep: name a new or an empty folder`)
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(error => {
    if (isCode(error, 'ENOENT')) return []
    throw error
  })
}

/** The manifest that fits; nothing when there is no catalog yet. */
async function readWhole(files: BackupFiles): Promise<Awaited<ReturnType<typeof fittingManifest>>> {
  const { folder, catalog } = files
  if (!existsSync(catalog)) return undefined
  const found = await fittingManifest(files)
  const log = await stat(`${catalog}-wal`).catch(unlessGone)
  if (!found || (log && log.size > 0))
    throw new Error(
      `${catalog} is not what its manifest says: it is damaged, or ${folder} has been served; it can be neither restored nor added to`,
    )
  return found
}

async function removeUnfinished({ next, scratch, manifest }: BackupFiles): Promise<void> {
  const catalogs = [...filesOfCatalog(next.catalog), ...filesOfCatalog(scratch)]
  for (const path of [...catalogs, next.manifest, `${next.manifest}.partial`, `${manifest}.partial`]) await rm(path, { force: true })
}
