import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { openCopyCarrier } from '../../blobs/files/carry-copies.ts'
import { inspectFileBlobs } from '../../blobs/files/inspect-file-blobs.ts'
import { openFileBlobs } from '../../blobs/files/open-file-blobs.ts'
import { openExistingCatalog } from '../../catalog/sqlite/open-sqlite-catalog.ts'
import { snapshotSqlite } from '../../catalog/sqlite/snapshot-sqlite.ts'
import type { BackupOrder } from '../../cli/backup.ts'
import type { Settings } from '../../config/setting.ts'
import { renameFile, writeFile } from '../../disk/write-file.ts'
import type { BackupReport, Carried } from '../../domain/backup.ts'
import { carryCopies } from '../../operations/backup/carry-copies.ts'
import { keepBytes } from '../../operations/backup/keep-bytes.ts'
import { unneededCopies } from '../../operations/backup/unneeded-copies.ts'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import type { Lease } from '../../operations/ports/purge-catalog.ts'
import { onFoundBlobs } from '../blob-stores.ts'
import { openFoundCatalog } from '../catalogs.ts'
import { refuseStrangers } from '../pairing.ts'
import { filesOfCatalog } from './backup-files.ts'
import { type EmbeddedStores, embeddedStores, refuseNested } from './embedded-stores.ts'
import { factsOf, type Manifest } from './manifest.ts'
import { type BackupFolder, openBackupFolder } from './open-backup-folder.ts'

/** A backup about to be made. */
interface Making {
  readonly stores: EmbeddedStores
  readonly installation: string
  /** The program's. */
  readonly version: string
  readonly order: BackupOrder
  readonly backup: BackupFolder
  readonly lease: Lease
  /** Throws when the work must end. */
  readonly proceed: () => void
}

/** Backs up stores in files, beside a running server or without one. A folder that has a backup already keeps it until the new one is whole. */
export async function backUpStores(settings: Settings, version: string, order: BackupOrder): Promise<BackupReport> {
  const stores = embeddedStores(settings)
  refuseNested(stores, order.folder)
  const catalog = await openFoundCatalog(settings)
  try {
    await onFoundBlobs(settings, found => refuseStrangers(catalog, found, settings))
    const installation = await catalog.installation()
    const backup = await openBackupFolder(order.folder, installation)
    try {
      // Nobody else has this folder, so that a killed backup of the same name is none that goes on
      const lease = { name: 'backup', holder: `backup to ${resolve(order.folder)}` } as const
      return await keepBytes({ catalog, lease, clock: Date.now }, assertKept => {
        const proceed = () => {
          order.signal.throwIfAborted()
          assertKept()
        }
        return make({ stores, installation, version, order, backup, lease, proceed })
      })
    } finally {
      backup.close()
    }
  } finally {
    await catalog.close()
  }
}

/** The catalog first, then what it names: nothing of that goes meanwhile. The new catalog takes the old one's place when its copies are durable. */
async function make(making: Making): Promise<BackupReport> {
  const { stores, installation, version, backup, proceed } = making
  const { files } = backup
  const takenAt = Date.now()
  const blobs = await openFileBlobs(files.blobs)
  await blobs.sweep()
  if ((await blobs.installation()) === undefined) await blobs.claim(installation)
  await snapshotSqlite(stores.catalog, files.scratch)
  const { carried, unneeded } = await carryNamed(making)
  await snapshotSqlite(files.scratch, files.next.catalog)
  const facts = await factsOf(files.next.catalog)
  const times = { taken_at: new Date(takenAt).toISOString(), finished_at: new Date().toISOString() }
  const { copies, size, lostCount, lost } = carried
  const outcome = { catalog: facts, copies, size, lost_count: lostCount, lost }
  const manifest: Manifest = { format: 1, mapkeep: version, installation, ...times, ...outcome }
  // Whether the bytes were kept up to here
  proceed()
  await finish(backup, manifest)
  for (const path of filesOfCatalog(files.scratch)) await rm(path, { force: true })
  const removed = await blobs.removeAll(unneeded, error => making.order.onFault(error))
  return { ...carried, installation, takenAt, catalogSize: facts.size, removed: removed.length }
}

async function carryNamed(making: Making): Promise<{ carried: Carried; unneeded: readonly CopyName[] }> {
  const {
    stores,
    backup: { files },
    order,
    lease,
    proceed,
  } = making
  const catalog = await openExistingCatalog(files.scratch)
  try {
    // As a start after a crash would: nobody goes on with what was under way
    await catalog.abandonStaleIntents(Number.MAX_SAFE_INTEGER)
    // Whoever works on what was restored need not wait for a backup that is over
    await catalog.dropLease(lease)
    const carrier = await openCopyCarrier({ from: stores.blobs, to: files.blobs, verifyThere: order.verifyBytes })
    const carried = await carryCopies({ catalog, carrier, proceed, onProgress: order.onProgress })
    return { carried, unneeded: await unneededCopies(catalog, inspectFileBlobs(files.blobs)) }
  } finally {
    await catalog.close()
  }
}

/** Cut off anywhere, it leaves a catalog and a manifest that fits it: the old pair or the new one. */
async function finish({ files }: BackupFolder, manifest: Manifest): Promise<void> {
  await writeFile(files.next.manifest, `${JSON.stringify(manifest, null, 2)}\n`)
  await renameFile(files.next.catalog, files.catalog)
  await renameFile(files.next.manifest, files.manifest)
}
