import type { Command } from 'commander'
import type { Flags } from '../config/read-settings.ts'
import type { SettingName } from '../config/settings.ts'
import { Failure } from './failure.ts'
import { mapsText, sizeText } from './quantities.ts'
import { addSettingFlags, settingFlags } from './setting-flags.ts'
import { addSuspensionFlags, changeSuspension, keptText, type SuspendPurge } from './suspension.ts'
import { bold, coloured, print, type Terminal } from './terminal.ts'

/** What a purge did, or would do. Sizes are bytes. */
export interface PurgeFigures {
  /** How many it has gone through. */
  readonly deletions: number
  readonly count: number
  /** As uploaded. */
  readonly size: number
  readonly freedSize: number
  readonly held: number
}

/** How a purge shall be done. */
export interface PurgeOrder {
  readonly dryRun: boolean
  /** Leaves off as soon as it can. */
  readonly signal: AbortSignal
  readonly onProgress: (figures: PurgeFigures) => void
  /** Told of bytes that cannot be removed. */
  readonly onFault: (error: unknown) => void
}

/** How a purge ended; `taken`: another process is at it, or stored bytes are kept until a time, in milliseconds since 1970. */
export interface PurgeOutcome extends PurgeFigures {
  readonly taken: boolean
  readonly keptUntil?: number | undefined
}

/** Purges the stores that the settings name. */
export type PurgeStores = (flags: Flags, order: PurgeOrder) => Promise<PurgeOutcome>

const storeFlags: readonly SettingName[] = ['data', 'database', 'blobs']

const explanation = `
A server does the same by itself, every MAPKEEP_PURGE_INTERVAL. Maps are purged when the undo window of their deletion has passed,
never before, and not while a hold keeps them. While a backup is being made nothing is purged. It may be interrupted and run again at any time, beside a running server or without.

--suspend and --resume are for backups by other programs: while it lasts no server and no command removes stored bytes, though deletions go on.

Exit codes: 0 done, or nothing is due · 1 another process is purging, purging is suspended, or bytes could not be removed · 2 wrong usage`

/** What `mapkeep purge` needs of the stores. */
export interface PurgeWork {
  readonly purge: PurgeStores
  readonly suspendPurge: SuspendPurge
}

/** Adds `mapkeep purge`. */
export function addPurge(program: Command, terminal: Terminal, { purge, suspendPurge }: PurgeWork): void {
  const command = addSettingFlags(
    program.command('purge').description('remove the bytes of deleted maps that cannot be brought back any more'),
    storeFlags,
  )
    .option('--dry-run', 'only say what a purge would do now')
    .option('--json', 'print JSON: {dry_run, deletions, count, size, freed_size, held}, sizes in bytes; or {suspended_until}')
    .addHelpText('after', explanation)
  addSuspensionFlags(command).action(async ({ json, dryRun, ...options }: Readonly<Record<string, unknown>>) => {
    const flags = settingFlags(options, storeFlags)
    if (await changeSuspension(terminal, { ...options, json }, until => suspendPurge(flags, until))) return
    const isDry = dryRun === true
    const { figures, fault } = await watch(terminal, isDry, order => purge(flags, order))
    if (json) print(terminal, JSON.stringify(toJson(figures, isDry)))
    else if (!fault || figures.count > 0) for (const line of toLines(terminal, figures, isDry)) print(terminal, line)
    if (fault) throw new Failure('refused', fault)
  })
}

interface Watched {
  readonly figures: PurgeFigures
  /** Why not everything was done. */
  readonly fault: string | undefined
}

/** Shows how far it has come, tells of faults, and lets Ctrl-C end it between two pieces. */
async function watch(terminal: Terminal, dryRun: boolean, purge: (order: PurgeOrder) => ReturnType<PurgeStores>): Promise<Watched> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const progress = progressLine(terminal)
  let soFar: PurgeFigures = { deletions: 0, count: 0, size: 0, freedSize: 0, held: 0 }
  let faults = 0
  const onProgress = (figures: PurgeFigures) => {
    soFar = figures
    progress.show(figures)
  }
  const onFault = (error: unknown) => {
    // The first ones tell what is wrong
    if (++faults > 10) return
    progress.end()
    print(terminal, `${coloured(terminal, { text: 'mapkeep:', colour: 'red', stream: 'errors' })} ${(error as Error).message}`, 'errors')
  }
  try {
    const { taken, keptUntil, ...figures } = await purge({ dryRun, signal: stopping.signal, onProgress, onFault })
    return { figures, fault: taken ? takenText(figures, keptUntil) : faultText(faults) }
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    return { figures: soFar, fault: 'interrupted: the rest waits for the next purge' }
  } finally {
    progress.end()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

function takenText({ count }: PurgeFigures, keptUntil: number | undefined): string {
  if (keptUntil !== undefined) return `${count === 0 ? 'nothing is' : 'no more is'} purged now: ${keptText(keptUntil)}`
  return count === 0 ? 'another process is purging these stores right now' : 'another process has gone on with this purge'
}

function faultText(faults: number): string | undefined {
  return faults === 0 ? undefined : `${faults} times bytes could not be removed; the next purge, or a server, tries again`
}

/** On a terminal, one line that is written anew. */
function progressLine({ errors, environment }: Terminal) {
  const isShown = errors.isTTY && environment.TERM !== 'dumb'
  return {
    show: ({ count, freedSize }: PurgeFigures) =>
      isShown && errors.write(`\r\x1b[K${mapsText(count)} purged, ${sizeText(freedSize)} freed`),
    end: () => isShown && errors.write('\r\x1b[K'),
  }
}

function toLines(terminal: Terminal, { deletions, count, size, freedSize, held }: PurgeFigures, dryRun: boolean): string[] {
  if (deletions === 0 && count === 0) return ['Nothing is due.']
  const rows = {
    [dryRun ? 'deletions due' : 'deletions gone through']: String(deletions),
    [dryRun ? 'maps to be purged' : 'maps purged']: String(count),
    'bytes as uploaded': sizeText(size),
    [dryRun ? 'bytes to be freed' : 'bytes freed']: sizeText(freedSize),
    ...(held > 0 ? { 'maps kept by holds': String(held) } : {}),
  }
  const width = Math.max(...Object.keys(rows).map(title => title.length))
  return Object.entries(rows).map(([title, text]) => `${bold(terminal, title.padEnd(width))}  ${text}`)
}

function toJson({ deletions, count, size, freedSize, held }: PurgeFigures, dryRun: boolean): object {
  return { dry_run: dryRun, deletions, count, size, freed_size: freedSize, held }
}
