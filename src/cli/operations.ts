import { type Command, Option } from 'commander'
import type { Item } from '../domain/source-map.ts'
import { openClient } from './client.ts'
import { environmentHelp, positive } from './client-help.ts'
import { Failure } from './failure.ts'
import { mapsTable } from './maps-table.ts'
import { actorText, askedText, operationLines, operationsPath, type ShownOperation, undoText } from './operation.ts'
import { firstRows, type Page } from './pages.ts'
import { mapsText, sizeText, timeText } from './quantities.ts'
import { type Column, tableLines } from './table.ts'
import { print, printTable, type Terminal } from './terminal.ts'

interface Wish {
  readonly limit: number
  /** The pages as the server answered, one line of JSON each. */
  readonly json?: true
}

/** Adds `mapkeep operations`. */
export function addOperations(program: Command, terminal: Terminal): void {
  program
    .command('operations')
    .description('show what was deleted, restored, undone and purged, newest first, or one operation and its maps')
    .argument('[operation]', 'id of one operation, such as op_7')
    .addOption(new Option('--limit <number>', 'most operations, or maps of one, to show').default(20).argParser(positive))
    .option('--json', "print the server's pages, one line of JSON each: {data, included, meta: {page}}")
    .addHelpText('after', environmentHelp)
    .action((id: string | undefined, wish: Wish) => (id === undefined ? listOperations(terminal, wish) : showOperation(terminal, id, wish)))
}

async function listOperations(terminal: Terminal, { limit, json }: Wish): Promise<void> {
  const { rows, more } = await firstRows<ShownOperation>(
    openClient(terminal.environment),
    { path: operationsPath, limit },
    copyPages(terminal, json),
  )
  if (json) return
  if (rows.length === 0) throw new Failure('refused', 'nothing was deleted, restored, undone or purged yet')
  printTable(terminal, tableLines(columns, rows))
  if (more)
    print(terminal, `the newest ${rows.length === 1 ? 'operation' : `${rows.length} operations`}; there are more (--limit)`, 'errors')
}

async function showOperation(terminal: Terminal, id: string, { limit, json }: Wish): Promise<void> {
  let operation: ShownOperation | undefined
  const call = { path: `${operationsPath}/${encodeURIComponent(id)}`, limit }
  const { rows, more } = await firstRows<Item>(openClient(terminal.environment), call, page => {
    copyPages(terminal, json)(page)
    operation ??= page.data as unknown as ShownOperation
  })
  if (json || !operation) return
  for (const line of operationLines(operation)) print(terminal, line)
  print(terminal, '')
  printTable(terminal, mapsTable(rows, terminal.clock(), ['state', 'operation']))
  if (more) print(terminal, `the first ${mapsText(rows.length)}; there are more (--limit)`, 'errors')
}

function copyPages(terminal: Terminal, json: true | undefined): (page: Page<unknown>) => void {
  return page => {
    if (json) print(terminal, JSON.stringify(page))
  }
}

const columns: readonly Column<ShownOperation>[] = [
  { title: 'ID', cell: ({ id }) => id, align: 'right' },
  { title: 'TIME', cell: ({ attributes }) => timeText(attributes.at) },
  { title: 'KIND', cell: ({ attributes }) => attributes.kind },
  { title: 'MAPS', cell: ({ attributes }) => String(attributes.totals.count), align: 'right' },
  { title: 'SIZE', cell: ({ attributes }) => sizeText(attributes.totals.size), align: 'right' },
  { title: 'ACTOR', cell: actorText },
  { title: 'UNDO', cell: undoText },
  { title: 'ASKED', cell: askedText },
]
