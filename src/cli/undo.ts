import type { Command } from 'commander'
import type { Query } from '../domain/selection.ts'
import { addChangeFlags, addForceFlag, type ChangeWish, changeWish, refuseSilence, termsQuery } from './change-flags.ts'
import { changeMaps } from './change-maps.ts'
import { type Client, openClient } from './client.ts'
import { environmentHelp } from './client-help.ts'
import { leftParts } from './conflict-lines.ts'
import { Failure } from './failure.ts'
import { operationLines, operationsPath, type ShownOperation } from './operation.ts'
import { pages, rowsOf } from './pages.ts'
import { readJson } from './read-json.ts'
import { printTakeBack, totalsText } from './show-change.ts'
import type { MapsSummary } from './summarize-maps.ts'
import { printable } from './table.ts'
import { ask, bold, print, type Stream, type Terminal } from './terminal.ts'

interface UndoWish extends ChangeWish {
  readonly partial: boolean
}

const help = `
An undo is an operation, too, and can be undone. Without an id the newest operation that is no purge is shown, and always asked about.`

/** Adds `mapkeep undo`. */
export function addUndo(program: Command, terminal: Terminal): void {
  const command = program
    .command('undo')
    .description('reverse an operation: exactly the maps it deleted or brought back')
    .argument('[operation]', 'its id, such as op_7; without one, the newest')
    .option('--partial', 'undo what can be undone when some of its maps were moved by later operations, purged or are held')
  addForceFlag(addChangeFlags(command))
    .option('--json', "print the server's answer: {data: [map…], meta: {totals, operation, left}}")
    .addHelpText('after', `${help}\n${environmentHelp}`)
    .action((id: string | undefined, options: Readonly<Record<string, unknown>>) =>
      undo(terminal, id, { ...changeWish(options), partial: options.partial === true }),
    )
}

async function undo(terminal: Terminal, id: string | undefined, wish: UndoWish): Promise<void> {
  if (id === undefined) refuseSilence(terminal, 'give the id of the operation to undo, as mapkeep operations shows it')
  else if (!wish.yes) refuseSilence(terminal, 'give --yes to go ahead')
  const client = openClient(terminal.environment)
  const operation = id === undefined ? await newest(client) : await find(client, id)
  const isAsked = id === undefined || !wish.yes
  if (isAsked || !wish.json) show(terminal, operation, wish.json ? 'errors' : 'output')
  if (isAsked && !(await confirm(terminal, operation))) throw new Failure('refused', 'nothing was changed')
  const path = `${operationsPath}/${encodeURIComponent(operation.id)}/undo`
  const query: Query = [...(wish.partial ? [['partial', 'true'] as const] : []), ...termsQuery(wish)]
  const done = await changeMaps(terminal, { client, call: { method: 'POST', path, query }, json: wish.json })
  if (!wish.json) report(terminal, operation, done)
}

async function find(client: Client, id: string): Promise<ShownOperation> {
  const path = `${operationsPath}/${encodeURIComponent(id)}`
  const answer = await client({ method: 'GET', path, query: [['page[size]', '1']] })
  return (await readJson<{ data: ShownOperation }>(answer)).content.data
}

async function newest(client: Client): Promise<ShownOperation> {
  for await (const page of pages<ShownOperation>(client, { path: operationsPath, limit: Number.POSITIVE_INFINITY, size: 20 })) {
    const found = rowsOf(page).find(({ attributes }) => attributes.kind !== 'purge')
    if (found) return found
  }
  throw new Failure('refused', 'there is nothing to undo')
}

function show(terminal: Terminal, operation: ShownOperation, stream: Stream): void {
  for (const line of operationLines(operation)) print(terminal, line, stream)
}

function confirm(terminal: Terminal, operation: ShownOperation): Promise<boolean> {
  const effect = bringsBack(operation) ? 'which brings back' : 'which deletes'
  const question = `Undo ${printable(operation.id)}, ${effect} ${totalsText(operation.attributes.totals)}?`
  return ask(terminal, bold(terminal, question, 'errors'))
}

function report(terminal: Terminal, operation: ShownOperation, done: MapsSummary): void {
  const did = bringsBack(operation) ? 'brought back' : 'deleted'
  print(terminal, `Undid ${printable(operation.id)}: ${did} ${totalsText(done)}.`)
  const left = leftParts(done.meta.left ?? {})
  if (left.length > 0) print(terminal, `Left as they are: ${left.join(', ')}.`)
  printTakeBack(terminal, done)
}

function bringsBack({ attributes }: ShownOperation): boolean {
  return attributes.to === 'deleted'
}
