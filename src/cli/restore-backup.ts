import type { Command } from 'commander'
import type { Flags } from '../config/read-settings.ts'
import type { SettingName } from '../config/settings.ts'
import type { Carried, CarryProgress } from '../domain/backup.ts'
import { type InspectionProgress, type InspectionReport, remaining } from '../domain/inspection.ts'
import { carryProgress } from './carry-progress.ts'
import { Failure } from './failure.ts'
import { reportLines, reportToJson } from './fsck-report.ts'
import { lostLines } from './lost-copies.ts'
import { progressLine } from './progress-line.ts'
import { sizeText } from './quantities.ts'
import { addSettingFlags, settingFlags } from './setting-flags.ts'
import { print, type Terminal } from './terminal.ts'

/** From where a backup shall be restored. */
export interface RestoreOrder {
  readonly folder: string
  readonly onProgress: (progress: CarryProgress) => void
  /** When everything is there, and it is checked. */
  readonly onCheck: (progress: InspectionProgress) => void
}

/** What was restored, and what the check of it found. */
export interface Restored extends Carried {
  readonly installation: string
  /** The moment that the backup shows, as it says itself. */
  readonly takenAt: string
  readonly inspection: InspectionReport
}

/** Restores a backup to the place that the settings name. */
export type RestoreBackup = (flags: Flags, order: RestoreOrder) => Promise<Restored>

const storeFlags: readonly SettingName[] = ['data', 'database', 'blobs']

const explanation = `
The place has no catalog yet and no server runs there. Every copy is decoded and compared with its digest on the way, and in the end rows and bytes
are checked as by mapkeep fsck. The backup stays as it is. Cut off at any point, it is run again and goes on.

Keys, ids, operations, holds and the audit trail are those of the backup. What was deleted by then and can be undone no longer is purged
soon after the server starts; mapkeep purge --suspend before that keeps it.

Exit codes: 0 everything is there · 1 copies are missing or something is wrong, or it was not restored · 2 wrong usage`

/** Adds `mapkeep restore-backup`. */
export function addRestoreBackup(program: Command, terminal: Terminal, restore: RestoreBackup): void {
  addSettingFlags(program.command('restore-backup').description('make an installation from a backup, and check it'), storeFlags)
    .argument('<folder>', 'where the backup is')
    .option(
      '--json',
      'print JSON: {installation, taken_at, copies, size, new_copies, new_size, lost_count, lost, fsck}; fsck as mapkeep fsck --json',
    )
    .addHelpText('after', explanation)
    .action(async (folder: string, { json, ...options }: Readonly<Record<string, unknown>>) => {
      const restored = await watch(terminal, watching => restore(settingFlags(options, storeFlags), { folder, ...watching }))
      if (json) print(terminal, JSON.stringify(toJson(restored)))
      else for (const line of toLines(restored)) print(terminal, line)
      const left = remaining(restored.inspection)
      if (left > 0 || restored.lostCount > 0)
        throw new Failure('refused', 'what the backup has is restored, and not all is well with it: see above, and mapkeep fsck')
    })
}

async function watch(terminal: Terminal, restore: (watching: Omit<RestoreOrder, 'folder'>) => Promise<Restored>): Promise<Restored> {
  const carrying = carryProgress(terminal)
  const checking = progressLine(terminal)
  try {
    return await restore({ onProgress: carrying.show, onCheck: checking.show })
  } finally {
    carrying.end()
    checking.end()
  }
}

function toLines(restored: Restored): string[] {
  const { takenAt, copies, size, newCopies, inspection } = restored
  const there = copies === newCopies ? '' : `; ${copies - newCopies} of them were there already`
  return [
    `Restored as of ${takenAt}: the catalog and ${copies} copies (${sizeText(size)})${there}.`,
    ...lostLines(restored),
    ...reportLines(inspection),
  ]
}

function toJson({ installation, takenAt, copies, size, newCopies, newSize, lostCount, lost, inspection }: Restored): object {
  const carried = { copies, size, new_copies: newCopies, new_size: newSize, lost_count: lostCount, lost }
  return { installation, taken_at: takenAt, ...carried, fsck: reportToJson(inspection) }
}
