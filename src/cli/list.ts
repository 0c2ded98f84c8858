import { type Command, Option } from 'commander'
import type { Item } from '../domain/source-map.ts'
import { openClient } from './client.ts'
import { environmentHelp, kindsHelp, positive } from './client-help.ts'
import { Failure } from './failure.ts'
import { mapsTable } from './maps-table.ts'
import { firstRows } from './pages.ts'
import { mapsText } from './quantities.ts'
import { addSelectionFlags, type SelectionOptions, selectionQuery } from './selection-flags.ts'
import { print, printTable, type Terminal } from './terminal.ts'

/** Where a server answers about maps. */
export const mapsPath = 'api/mapkeep/v1/sourcemaps'

interface Listing {
  readonly path: string
  readonly table: (items: readonly Item[], now: number) => string[]
  /** Where to look when nothing matches. */
  readonly hint: string
}

const live: Listing = { path: mapsPath, table: mapsTable, hint: 'mapkeep usage --by service,version shows what there is' }
const deleted: Listing = {
  path: 'api/mapkeep/v1/deleted',
  table: deletedTable,
  hint: 'mapkeep operations shows what was deleted and purged',
}

/** Adds `mapkeep list`. */
export function addList(program: Command, terminal: Terminal): void {
  addListing(program.command('list').description('list live maps, newest first'), terminal, live)
}

/** Adds `mapkeep deleted`. */
export function addDeleted(program: Command, terminal: Terminal): void {
  addListing(program.command('deleted').description('list deleted maps that can still be restored, newest first'), terminal, deleted)
}

function addListing(command: Command, terminal: Terminal, listing: Listing): void {
  addSelectionFlags(command, { fallback: 'js' })
    .addOption(new Option('--limit <number>', 'most maps to show').default(100).argParser(positive))
    .option('--json', "print the server's pages, one line of JSON each: {data: [map…], meta: {page}}")
    .addHelpText('after', `${kindsHelp()}\n${environmentHelp}`)
    .action((options: SelectionOptions) => listMaps(terminal, listing, options))
}

/** Lists maps page by page up to the limit. */
async function listMaps(terminal: Terminal, { path, table, hint }: Listing, options: SelectionOptions): Promise<void> {
  const call = { path, query: selectionQuery(options), limit: Number(options.limit) }
  const { rows, more } = await firstRows<Item>(openClient(terminal.environment), call, page => {
    if (options.json) print(terminal, JSON.stringify(page))
  })
  if (rows.length === 0) throw new Failure('refused', `nothing matches; ${hint}`)
  if (options.json) return
  printTable(terminal, table(rows, terminal.clock()))
  if (more) print(terminal, `the newest ${mapsText(rows.length)}; there are more (--limit)`, 'errors')
}

function deletedTable(items: readonly Item[], now: number): string[] {
  return mapsTable(items, now, ['deleted_at', 'undo_until', 'operation'])
}
