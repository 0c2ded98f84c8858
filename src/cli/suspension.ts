import { type Command, Option } from 'commander'
import { durationSyntax } from '../config/duration.ts'
import type { Flags } from '../config/read-settings.ts'
import { duration } from './duration-flag.ts'
import { print, type Terminal } from './terminal.ts'

/** Keeps stored bytes until a time (milliseconds since 1970), or lets them go again; gives until when they are kept after that by anybody. */
export type SuspendPurge = (flags: Flags, until: number | undefined) => Promise<number | undefined>

/** Adds the flags that suspend purging. */
export function addSuspensionFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--suspend <duration>', `let nothing be purged for so long, ${durationSyntax}; said again, it counts anew`)
        .argParser(duration)
        .conflicts(['dryRun', 'resume']),
    )
    .addOption(new Option('--resume', 'end that now').conflicts('dryRun'))
}

/** Suspends or resumes if the options say so, and says whether they did. */
export async function changeSuspension(
  terminal: Terminal,
  { suspend, resume, json }: Readonly<Record<string, unknown>>,
  change: (until: number | undefined) => Promise<number | undefined>,
): Promise<boolean> {
  if (suspend === undefined && resume !== true) return false
  const keptUntil = await change(typeof suspend === 'number' ? terminal.clock() + suspend : undefined)
  if (json) print(terminal, JSON.stringify({ suspended_until: keptUntil === undefined ? null : new Date(keptUntil).toISOString() }))
  else print(terminal, keptUntil === undefined ? 'Purging goes on.' : `Nothing is purged: ${keptText(keptUntil)}.`)
  return true
}

/** Why nothing is purged. */
export function keptText(keptUntil: number): string {
  return `stored bytes are kept for a backup, until ${new Date(keptUntil).toISOString()} at least, or until mapkeep purge --resume`
}
