import { type Command, InvalidArgumentError, Option } from 'commander'
import { durationSyntax, parseDuration } from '../../config/duration.ts'
import { kindNames } from '../../domain/kinds.ts'
import { environmentHelp, positive } from '../client-help.ts'
import { Failure } from '../failure.ts'
import type { Terminal } from '../terminal.ts'
import { listHolds } from './list-holds.ts'
import { type HoldOrder, placeHold } from './place-hold.ts'
import { releaseHold } from './release-hold.ts'

interface PlaceOptions {
  readonly kind?: string
  readonly service?: string
  readonly version?: string
  readonly id?: readonly string[]
  readonly reason: string
  readonly owner: string
  readonly expires?: string
  readonly json?: true
}

const patternHelp = `
A hold keeps every map that meets all of its conditions, now and in the future, from being deleted or purged.
In a pattern * stands for any characters; quote it for your shell: --version 'lts-*'`

/** Adds `mapkeep holds`. */
export function addHolds(program: Command, terminal: Terminal): void {
  const holds = program.command('holds').description('keep maps from being deleted or purged')
  addPlace(holds, terminal)
  holds
    .command('list')
    .description('show the holds that are in force, newest first')
    .option('--all', 'also those that were released or have expired')
    .option('--json', "print the server's answer: {data: [hold…]}")
    .addHelpText('after', environmentHelp)
    .action(({ all, json }: { all?: true; json?: true }) => listHolds(terminal, { all: all === true, json: json === true }))
  holds
    .command('release')
    .description('end a hold at once')
    .argument('<id>', 'id of the hold, as holds list shows it')
    .option('--json', 'print {meta: {released}}')
    .addHelpText('after', environmentHelp)
    .action((id: string, { json }: { json?: true }) => releaseHold(terminal, id, { json: json === true }))
}

function addPlace(holds: Command, terminal: Terminal): void {
  holds
    .command('place')
    .description('place a hold')
    .requiredOption('--reason <text>', 'why; shown wherever the hold keeps a map')
    .requiredOption('--owner <text>', 'who to ask about it')
    .addOption(new Option('--kind <kind>', 'only maps of this kind').choices(kindNames))
    .option('--service <pattern>', 'only maps of a service like this')
    .option('--version <pattern>', 'only maps of a version like this')
    .addOption(new Option('--id <id>', 'only these maps, repeatable').argParser(collectIds))
    .option('--expires <when>', `when it ends by itself: an ISO 8601 time, or ${durationSyntax}`)
    .option('--json', "print the server's answer: {data: hold}")
    .addHelpText('after', `${patternHelp}\n${environmentHelp}`)
    .action((options: PlaceOptions) => placeHold(terminal, holdOrder(options, terminal.clock()), { json: options.json === true }))
}

function holdOrder(options: PlaceOptions, now: number): HoldOrder {
  const { kind, service, version, id: ids, reason, owner, expires } = options
  if (kind === undefined && service === undefined && version === undefined && ids === undefined)
    throw new Failure('usage', 'nothing is selected: give at least one of --kind, --service, --version, --id')
  const empty = Object.entries({ service, version, reason, owner }).filter(([, value]) => value?.trim() === '')
  if (empty.length > 0)
    throw new Failure(
      'usage',
      empty.map(([name]) => `--${name} must not be empty`),
    )
  const selector = { mapkind: kind, service, version, ids }
  return { selector, reason, owner, expires_at: expires === undefined ? undefined : endOf(expires, now) }
}

function endOf(text: string, now: number): string {
  const end = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : now + duration(text)
  if (Number.isNaN(end)) throw new Failure('usage', `--expires: allowed is an ISO 8601 time, or ${durationSyntax}`)
  if (end <= now) throw new Failure('usage', '--expires must lie in the future')
  return new Date(end).toISOString()
}

function duration(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    return Number.NaN
  }
}

function collectIds(text: string, previous: readonly string[] | undefined): readonly string[] {
  const id = String(positive(text))
  if (previous?.includes(id)) throw new InvalidArgumentError('It is given twice.')
  return [...(previous ?? []), id]
}
