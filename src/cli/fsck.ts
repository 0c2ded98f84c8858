import type { Command } from 'commander'
import type { Flags } from '../config/read-settings.ts'
import type { SettingName } from '../config/settings.ts'
import { type FindingKind, findingKinds, type InspectionProgress, type InspectionReport, remaining } from '../domain/inspection.ts'
import { Failure } from './failure.ts'
import { reportLines, reportToJson } from './fsck-report.ts'
import { type ProgressLine, progressLine } from './progress-line.ts'
import { addSettingFlags, settingFlags } from './setting-flags.ts'
import { print, type Terminal } from './terminal.ts'

/** What an inspection shall do. */
export interface FsckOrder {
  readonly repair: boolean
  readonly verifyBytes: boolean
  readonly onProgress: (progress: InspectionProgress) => void
}

/** Inspects the stores that the settings name. */
export type InspectStores = (flags: Flags, order: FsckOrder) => Promise<InspectionReport>

const storeFlags: readonly SettingName[] = ['data', 'database', 'blobs']

const explanation = `
Works with the server stopped and beside a running one. Uploads under way are never taken for leftovers: without a server every
upload that has not ended and every temporary file is one; beside a server only those older than a day are.

Nothing is ever deleted. What --repair moves, damaged copies among it, lies in quarantine/<time> inside the folder of the blobs, which mapkeep never looks
into again.

Exit codes: 0 nothing is wrong, or all of it was repaired · 1 problems remain, or the check could not be made · 2 wrong usage`

/** Adds `mapkeep fsck`. */
export function addFsck(program: Command, terminal: Terminal, inspect: InspectStores): void {
  addSettingFlags(program.command('fsck').description('check that rows and bytes agree, and repair what can be repaired'), storeFlags)
    .option(
      '--repair',
      'count and sum anew, end interrupted uploads, give up lost copies, move damaged and unreferenced bytes and temporary files to a quarantine',
    )
    .option('--verify-bytes', 'also decode and hash every copy that is read from; takes as long as reading everything')
    .option(
      '--json',
      'print one JSON document: {checked, problems, counts, repaired}; counts are of all problems, of each sort 100 are listed',
    )
    .addHelpText('after', explanation)
    .action(async ({ json, repair, verifyBytes, ...options }: Readonly<Record<string, unknown>>) => {
      const progress = progressLine(terminal)
      const order = { repair: repair === true, verifyBytes: verifyBytes === true, onProgress: progress.show }
      const report = await inspectQuietly(progress, () => inspect(settingFlags(options, storeFlags), order))
      if (json) print(terminal, JSON.stringify(reportToJson(report)))
      else for (const line of reportLines(report)) print(terminal, line)
      refuseRemaining(report, order)
    })
}

async function inspectQuietly<T>(progress: ProgressLine, inspect: () => Promise<T>): Promise<T> {
  try {
    return await inspect()
  } finally {
    progress.end()
  }
}

function endsWithRepair(kind: FindingKind): boolean {
  const found: { readonly repair: string | null; readonly ends?: false } = findingKinds[kind]
  return found.repair !== null && found.ends !== false
}

function refuseRemaining(report: InspectionReport, { repair }: Pick<FsckOrder, 'repair'>): void {
  const left = remaining(report)
  if (left === 0) return
  const open = Object.entries(report.counts) as [FindingKind, number][]
  const repairable = repair ? 0 : open.reduce((sum, [kind, count]) => (endsWithRepair(kind) ? sum + count : sum), 0)
  const hint = repairable > 0 ? `; --repair can end ${repairable === left ? 'all of them' : `${repairable} of them`}` : ''
  throw new Failure('refused', `${left} ${left === 1 ? 'problem remains' : 'problems remain'}${hint}`)
}
