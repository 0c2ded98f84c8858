import { type Command, Option } from 'commander'
import type { Flags } from '../config/read-settings.ts'
import type { SettingName } from '../config/settings.ts'
import { type TargetFlags, targetNames, targetSettings } from '../config/target-settings.ts'
import type { TransferProgress, TransferReport } from '../domain/transfer.ts'
import { Failure } from './failure.ts'
import { rewrittenLine } from './progress-line.ts'
import { sizeText } from './quantities.ts'
import { addSettingFlags, settingFlags } from './setting-flags.ts'
import { bold, coloured, print, type Terminal } from './terminal.ts'
import { transferLine } from './transfer-line.ts'

/** How an installation shall be copied. */
export interface CopyOrder {
  readonly dryRun: boolean
  /** Leaves off as soon as it can. */
  readonly signal: AbortSignal
  readonly onProgress: (progress: TransferProgress) => void
  /** Told of files of the source that cannot be copied. */
  readonly onFault: (error: Error) => void
}

/** Copies the installation that the settings name. */
export type CopyStores = (flags: Flags, to: TargetFlags, order: CopyOrder) => Promise<TransferReport>

const storeFlags: readonly SettingName[] = ['data', 'database', 'blobs']

const explanation = `
The source may go on answering reads: start its servers with MAPKEEP_READ_ONLY=on, or stop them. It is not changed. If it was written to, the copy is not
finished, says so, and goes on when it is run again. So does a copy that was interrupted. The new stores must be nobody's yet, and no server starts on them
before the copy is whole. What goes over: maps, files, keys, holds, operations with their undo windows, the audit trail, all ids. Not: previews to be
carried out as plans, and uploads under way.

Also as environment variables:
${Object.values(targetSettings)
  .map(({ variable, meaning }) => `  ${variable.padEnd(24)}  ${meaning}`)
  .join('\n')}

Exit codes: 0 copied and compared · 1 refused, interrupted or not finished: the line says why · 2 wrong usage`

/** Adds `mapkeep copy`. */
export function addCopy(program: Command, terminal: Terminal, copy: CopyStores): void {
  const command = program.command('copy').description('copy a whole installation to other stores, between embedded and Postgres or S3')
  for (const name of targetNames) {
    const { flag, meaning } = targetSettings[name]
    if (flag) command.addOption(new Option(flag, meaning))
  }
  addSettingFlags(command, storeFlags)
    .option('--dry-run', 'only say what would be copied, and whether it could be')
    .option('--json', 'print JSON: {dry_run, resumed, files, size, moved_files, moved_size, rows}; sizes are stored bytes')
    .addHelpText('after', explanation)
    .action(async ({ json, dryRun, ...options }: Readonly<Record<string, unknown>>) => {
      const order = { dryRun: dryRun === true }
      const report = await watch(terminal, order, whole => copy(settingFlags(options, storeFlags), targetFlags(options), whole))
      if (json) print(terminal, JSON.stringify(toJson(report, order)))
      else for (const line of toLines(terminal, report, order)) print(terminal, line)
    })
}

/** Shows how far it has come, tells of faults, and lets Ctrl-C end it between two files or pages. */
async function watch(
  terminal: Terminal,
  { dryRun }: Pick<CopyOrder, 'dryRun'>,
  copy: (order: CopyOrder) => Promise<TransferReport>,
): Promise<TransferReport> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const [line, textOf] = [rewrittenLine(terminal), transferLine(terminal.clock)]
  let faults = 0
  const onFault = ({ message }: Error) => {
    // The first ones tell what is wrong
    if (++faults > 100) return
    line.end()
    print(terminal, `${coloured(terminal, { text: 'mapkeep:', colour: 'red', stream: 'errors' })} ${message}`, 'errors')
  }
  try {
    return await copy({ dryRun, signal: stopping.signal, onProgress: progress => line.show(() => textOf(progress)), onFault })
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    throw new Failure('refused', 'interrupted: the same command goes on with it')
  } finally {
    line.end()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

function targetFlags(options: Readonly<Record<string, unknown>>): TargetFlags {
  return Object.fromEntries(
    targetNames.flatMap(name => {
      const { flag } = targetSettings[name]
      const value = flag && options[new Option(flag).attributeName()]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}

function toLines(
  terminal: Terminal,
  { resumed, rows, files, size, movedFiles, movedSize }: TransferReport,
  { dryRun }: { dryRun: boolean },
): string[] {
  const count = (table: string) => String(rows[table] ?? 0)
  const table = {
    organizations: count('organization'),
    maps: count('source_map'),
    files: `${files} (${sizeText(size)} stored)`,
    operations: count('operation'),
    'audit events': count('audit_event'),
  }
  const width = Math.max(...Object.keys(table).map(title => title.length))
  const lines = Object.entries(table).map(([title, text]) => `${bold(terminal, title.padEnd(width))}  ${text}`)
  if (dryRun) return [...lines, `Nothing was copied: this is what ${resumed ? 'the copy that was begun there' : 'a copy'} would have.`]
  const rest = movedFiles < files ? ', the rest was there' : ''
  return [...lines, `Copied and compared; this run wrote ${movedFiles} files (${sizeText(movedSize)})${rest}.`]
}

function toJson({ resumed, rows, files, size, movedFiles, movedSize }: TransferReport, { dryRun }: { dryRun: boolean }): object {
  return { dry_run: dryRun, resumed, files, size, moved_files: movedFiles, moved_size: movedSize, rows }
}
