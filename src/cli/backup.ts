import type { Command } from 'commander'
import type { Flags } from '../config/read-settings.ts'
import type { SettingName } from '../config/settings.ts'
import type { BackupReport, CarryProgress } from '../domain/backup.ts'
import { carryProgress } from './carry-progress.ts'
import { Failure } from './failure.ts'
import { lostLines, lostText } from './lost-copies.ts'
import { sizeText } from './quantities.ts'
import { addSettingFlags, settingFlags } from './setting-flags.ts'
import { print, type Terminal } from './terminal.ts'

/** Where and how a backup shall be made. */
export interface BackupOrder {
  readonly folder: string
  /** Also read what earlier backups brought there, and replace what is damaged. */
  readonly verifyBytes: boolean
  /** Leaves off as soon as it can. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: CarryProgress) => void
  /** Told of copies of earlier backups that cannot be removed. */
  readonly onFault: (error: unknown) => void
}

/** Backs up the stores that the settings name. */
export type BackUpStores = (flags: Flags, order: BackupOrder) => Promise<BackupReport>

const storeFlags: readonly SettingName[] = ['data', 'database', 'blobs']

const explanation = `
For SQLite and files; beside a running server or without one. Uploads and deletions go on; nothing is purged meanwhile. The folder is new, empty,
or has a backup of the same installation: then only new copies are copied, and the old backup is whole until the new one is. Cut off at any
point, it is run again and goes on.

Every copy that is copied is decoded and compared with its digest. A damaged or missing one is named, and the rest is backed up.

Exit codes: 0 everything is in the backup · 1 the backup was made and lacks copies, or it was not made · 2 wrong usage`

/** Adds `mapkeep backup`. */
export function addBackup(program: Command, terminal: Terminal, backUp: BackUpStores): void {
  addSettingFlags(program.command('backup').description('make or renew a backup of catalog and blobs in a folder'), storeFlags)
    .argument('<folder>', 'where the backup is, or shall be')
    .option('--verify-bytes', 'also read every copy that earlier backups brought there; takes as long as reading everything')
    .option(
      '--json',
      'print JSON: {installation, taken_at, catalog_size, copies, size, new_copies, new_size, removed, lost_count, lost: [{file, fault}…]}; sizes in bytes',
    )
    .addHelpText('after', explanation)
    .action(async (folder: string, { json, verifyBytes, ...options }: Readonly<Record<string, unknown>>) => {
      const wish = { folder, verifyBytes: verifyBytes === true }
      const report = await watch(terminal, wish, order => backUp(settingFlags(options, storeFlags), order))
      if (json) print(terminal, JSON.stringify(toJson(report)))
      else for (const line of toLines(report)) print(terminal, line)
      if (report.lostCount > 0)
        throw new Failure('refused', `${lostText(report)} not in the backup; mapkeep fsck tells which maps need them`)
    })
}

type Wish = Pick<BackupOrder, 'folder' | 'verifyBytes'>

/** Shows how far it has come, and lets Ctrl-C end it between two copies. */
async function watch(terminal: Terminal, wish: Wish, backUp: (order: BackupOrder) => Promise<BackupReport>): Promise<BackupReport> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const progress = carryProgress(terminal)
  const onFault = (error: unknown) => print(terminal, `mapkeep: ${(error as Error).message}`, 'errors')
  try {
    return await backUp({ ...wish, signal: stopping.signal, onProgress: progress.show, onFault })
  } catch (error) {
    if (stopping.signal.aborted) throw new Failure('refused', 'interrupted: the next backup into this folder goes on from here')
    throw error
  } finally {
    progress.end()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

function toLines(report: BackupReport): string[] {
  const { takenAt, catalogSize, copies, size, newCopies, newSize, removed } = report
  return [
    `Backed up as of ${new Date(takenAt).toISOString()}: the catalog (${sizeText(catalogSize)}) and ${copies} copies (${sizeText(size)}).`,
    `${newCopies} of them are new (${sizeText(newSize)}); ${removed} that nothing needs any more were removed.`,
    ...lostLines(report),
  ]
}

function toJson({ installation, takenAt, catalogSize, removed, ...carried }: BackupReport): object {
  const { copies, size, newCopies, newSize, lostCount, lost } = carried
  return {
    installation,
    taken_at: new Date(takenAt).toISOString(),
    catalog_size: catalogSize,
    copies,
    size,
    new_copies: newCopies,
    new_size: newSize,
    removed,
    lost_count: lostCount,
    lost,
  }
}
