import type { Command } from 'commander'
import type { Flags } from '../config/read-settings.ts'
import type { SettingName } from '../config/settings.ts'
import { sizeText } from './quantities.ts'
import { addSettingFlags, settingFlags } from './setting-flags.ts'
import { bold, print, type Terminal } from './terminal.ts'

/** What everyone's maps take of the volume. Sizes are bytes. */
export interface DiskFigures {
  readonly storedSize: number
  readonly waitingSize: number
  /** Nothing where the volume has no end. */
  readonly freeSize: number | undefined
  readonly growthPerDay: number
  /** At this growth; nothing when there is none. */
  readonly daysUntilFull: number | undefined
}

const storeFlags: readonly SettingName[] = ['data', 'database', 'blobs']

/** Adds `mapkeep disk`. It tells of all organizations, so it is not for those who ask over HTTP. */
export function addDisk(program: Command, terminal: Terminal, readDisk: (flags: Flags) => Promise<DiskFigures>): void {
  addSettingFlags(program.command('disk').description('show what all organizations store, and how long the volume will do'), storeFlags)
    .option('--json', 'print JSON: {stored_size, waiting_size, free_size, growth_per_day, days_until_full}; bytes and days')
    .action(async ({ json, ...options }: Readonly<Record<string, unknown>>) => {
      const figures = await readDisk(settingFlags(options, storeFlags))
      if (json) return print(terminal, JSON.stringify(toJson(figures)))
      const lines = Object.entries(toText(figures))
      const width = Math.max(...lines.map(([title]) => title.length))
      for (const [title, text] of lines) print(terminal, `${bold(terminal, title.padEnd(width))}  ${text}`)
    })
}

function toText({ storedSize, waitingSize, freeSize, growthPerDay, daysUntilFull }: DiskFigures): Record<string, string> {
  return {
    stored: sizeText(storedSize),
    'waiting for a purge': sizeText(waitingSize),
    ...(freeSize === undefined ? {} : { 'free on the volume': sizeText(freeSize) }),
    'growth a day': sizeText(growthPerDay),
    'full in': freeSize === undefined ? 'never: a bucket has no end' : fullText(daysUntilFull),
  }
}

function fullText(days: number | undefined): string {
  return days === undefined ? 'nothing was uploaded within the last 7 days' : daysText(days)
}

/** Days; what is further off nobody can tell from a week's growth. */
const longest = 3650

function daysText(days: number): string {
  if (days > longest) return 'more than ten years'
  return days < 1 ? 'less than a day' : `${Math.floor(days)} ${days < 2 ? 'day' : 'days'}`
}

function toJson({ storedSize, waitingSize, freeSize, growthPerDay, daysUntilFull }: DiskFigures): Record<string, number | undefined> {
  return {
    stored_size: storedSize,
    waiting_size: waitingSize,
    free_size: freeSize,
    growth_per_day: growthPerDay,
    days_until_full: daysUntilFull,
  }
}
