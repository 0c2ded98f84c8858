import { createReadStream, existsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { digestOf } from '../../blobs/digest-of.ts'
import { writeAll } from '../../blobs/files/batched-writer.ts'
import { openCopyCarrier } from '../../blobs/files/carry-copies.ts'
import { openFileBlobs } from '../../blobs/files/open-file-blobs.ts'
import { migrateSqlite, openExistingCatalog } from '../../catalog/sqlite/open-sqlite-catalog.ts'
import { snapshotSqlite } from '../../catalog/sqlite/snapshot-sqlite.ts'
import type { Restored, RestoreOrder } from '../../cli/restore-backup.ts'
import type { Settings } from '../../config/setting.ts'
import { renameFile } from '../../disk/write-file.ts'
import type { Carried } from '../../domain/backup.ts'
import { carryCopies } from '../../operations/backup/carry-copies.ts'
import { inspectStores } from '../inspect-stores.ts'
import { lockPlaces } from '../lock-places.ts'
import { filesOfCatalog } from './backup-files.ts'
import { type EmbeddedStores, embeddedStores, refuseNested } from './embedded-stores.ts'
import { openBackup } from './open-backup-folder.ts'

type Backup = Awaited<ReturnType<typeof openBackup>>

/** Makes an installation from a backup where there is none, and checks it. */
export async function restoreBackup(settings: Settings, order: RestoreOrder): Promise<Restored> {
  const stores = embeddedStores(settings)
  refuseNested(stores, order.folder)
  refuseCatalog(stores)
  const backup = await openBackup(order.folder)
  try {
    const carried = await restoreAlone(settings, stores, { backup, order })
    const { installation, taken_at: takenAt } = backup.manifest
    const watching = { repair: false, verifyBytes: false, onProgress: order.onCheck }
    return { ...carried, installation, takenAt, inspection: await inspectStores(settings, watching) }
  } finally {
    backup.close()
  }
}

/** No server starts meanwhile, nor is one running. */
async function restoreAlone(
  settings: Settings,
  stores: EmbeddedStores,
  { backup, order }: { backup: Backup; order: RestoreOrder },
): Promise<Carried> {
  const unlock = await lockPlaces(settings)
  try {
    // Looked at again: another one may have been faster
    refuseCatalog(stores)
    await claim(stores, backup)
    const [scratch, whole] = [`${stores.catalog}.restoring`, `${stores.catalog}.restored`]
    const files = [...filesOfCatalog(scratch), ...filesOfCatalog(whole)]
    await removeFiles(files)
    await bringCatalog(backup, scratch)
    const carried = await bringCopies(scratch, stores, { backup, order })
    // To a file that no connection of this process has to do with
    await snapshotSqlite(scratch, whole)
    // Last of all: without it nothing else that is there counts
    await renameFile(whole, stores.catalog)
    await removeFiles(files)
    return carried
  } finally {
    unlock()
  }
}

async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true })
}

function refuseCatalog({ catalog }: EmbeddedStores): void {
  const found = filesOfCatalog(catalog).find(existsSync)
  if (found)
    throw new Error(`there is a catalog already, or a part of one: ${found}; a backup is restored to a new place, or move that away`)
}

/** The folder may have some of the copies already: of a restoring that was cut off, or because only the catalog was lost. */
async function claim({ blobs: folder }: EmbeddedStores, { manifest }: Backup): Promise<void> {
  const blobs = await openFileBlobs(folder)
  const owner = await blobs.installation()
  if (owner !== undefined && owner !== manifest.installation)
    throw new Error(`the blobs in ${folder} belong to another installation than the backup`)
  if (owner === undefined) await blobs.claim(manifest.installation)
  await blobs.sweep()
}

/** Of an older version it is brought up to date; a newer one's is refused. */
async function bringCatalog({ files, manifest }: Backup, to: string): Promise<void> {
  const file = await open(to, 'wx', 0o600)
  try {
    for await (const chunk of createReadStream(files.catalog)) await writeAll(file, chunk)
    await file.sync()
  } finally {
    await file.close()
  }
  if ((await digestOf(createReadStream(to))) !== manifest.catalog.sha256)
    throw new Error(`the copy of ${files.catalog} is damaged: run it again`)
  await migrateSqlite(to)
}

async function bringCopies(
  file: string,
  stores: EmbeddedStores,
  { backup, order: { onProgress } }: { backup: Backup; order: RestoreOrder },
): Promise<Carried> {
  const catalog = await openExistingCatalog(file)
  try {
    const carrier = await openCopyCarrier({ from: backup.files.blobs, to: stores.blobs, verifyThere: true })
    return await carryCopies({ catalog, carrier, proceed: () => {}, onProgress })
  } finally {
    await catalog.close()
  }
}
