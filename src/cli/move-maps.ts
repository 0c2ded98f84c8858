import { filterParameter } from '../domain/filters.ts'
import type { Query } from '../domain/selection.ts'
import { checkSelection } from './check-selection.ts'
import { type Client, openClient } from './client.ts'
import { exitCodes, Failure } from './failure.ts'
import { mapsPath } from './list.ts'
import { mapsTable } from './maps-table.ts'
import { mapsText, sizeText } from './quantities.ts'
import { asFlags, type SelectionOptions, selectionQuery } from './selection-flags.ts'
import { BrokenAnswer } from './split-answer.ts'
import { type MapsSummary, summarizeMaps } from './summarize-maps.ts'
import { printable } from './table.ts'
import { ask, bold, canAsk, print, type Stream, type Terminal, write } from './terminal.ts'

/** The two ways to move maps between live and deleted, which differ in words and in the request only. */
export const moves = {
  delete: {
    method: 'DELETE',
    path: mapsPath,
    ask: 'Delete',
    did: 'Deleted',
    back: 'restore',
    unseen: 'These are too many to name: maps uploaded meanwhile go, too.',
  },
  restore: {
    method: 'PATCH',
    path: `${mapsPath}/restore`,
    ask: 'Restore',
    did: 'Restored',
    back: 'delete',
    unseen: 'These are too many to name: maps deleted meanwhile come back, too.',
  },
} as const

/** How a deletion or restoration shall go. */
export interface MoveWish {
  /** Go ahead without asking. */
  readonly yes: boolean
  /** Stop after the preview. */
  readonly dryRun: boolean
  /** Print the server's answer instead of words. */
  readonly json: boolean
}

type Move = (typeof moves)[keyof typeof moves]

/** Previews, asks, and deletes or restores what the flags select. */
export async function moveMaps(
  terminal: Terminal,
  move: Move,
  { options, wish }: { options: SelectionOptions; wish: MoveWish },
): Promise<void> {
  const selection = selectionQuery(options)
  checkSelection(selection)
  if (!wish.yes && !wish.dryRun && !canAsk(terminal))
    throw new Failure('usage', 'nobody can be asked, because this is no terminal; give --yes to go ahead or --dry-run to look only')
  const client = openClient(terminal.environment)
  if (wish.json && wish.dryRun) return copyAnswer(terminal, await client(toCall(move, selection, 'true')))
  // With --json and --yes nobody would see the preview
  const previewed = wish.json && wish.yes ? undefined : await summarizeMaps(await client(toCall(move, selection, 'true')))
  if (previewed) show(terminal, previewed, wish.json ? 'errors' : 'output')
  if (wish.dryRun && previewed) return print(terminal, `Nothing was changed: this was a preview of ${totalsText(previewed)}.`)
  if (!wish.yes && previewed && !(await confirm(terminal, move, previewed))) throw new Failure('refused', 'nothing was changed')
  await orDoubt(async () => {
    const answer = await client(toCall(move, previewed ? onlyShown(selection, previewed) : selection, 'false'))
    if (wish.json || !previewed) return copyAnswer(terminal, answer)
    report(terminal, move, { selection, previewed, done: await summarizeMaps(answer) })
  })
}

function confirm(terminal: Terminal, move: Move, previewed: MapsSummary): Promise<boolean> {
  const unseen = previewed.ids ? '' : `${move.unseen} `
  return ask(terminal, bold(terminal, `${unseen}${move.ask} ${totalsText(previewed)}?`, 'errors'))
}

/** The selection of a change that was previewed: what was shown is what goes, as long as it can be named. */
function onlyShown(selection: Query, { ids }: MapsSummary): Query {
  // No id at all would be no narrowing
  if (ids?.length === 0) throw new Failure('refused', 'nothing matches; nothing was changed')
  return ids ? narrowed(selection, ids) : selection
}

/** The same selection of these maps alone. */
function narrowed(selection: Query, ids: readonly string[]): Query {
  return [...selection.filter(([name]) => name !== filterParameter('id')), ...ids.map(id => [filterParameter('id'), id] as const)]
}

/** Runs a change; when the connection was lost on the way, says that it may have been made. */
async function orDoubt(change: () => Promise<void>): Promise<void> {
  try {
    await change()
  } catch (error) {
    const lost = error instanceof BrokenAnswer || (error instanceof Failure && error.exitCode === exitCodes.unreachable)
    if (!lost) throw error
    throw new Failure('unreachable', [error.message, 'the change may have been made all the same; look with: mapkeep list'])
  }
}

function toCall({ method, path }: Move, selection: Query, dryRun: 'true' | 'false'): Parameters<Client>[0] {
  return { method, path, query: [...selection, ['dry_run', dryRun]] }
}

function show(terminal: Terminal, { items, count, unmatched }: MapsSummary, stream: Stream): void {
  const [titles = '', ...lines] = mapsTable(items, terminal.clock())
  print(terminal, bold(terminal, titles, stream), stream)
  for (const line of lines) print(terminal, line, stream)
  if (count > items.length) print(terminal, `… and ${count - items.length} more`, stream)
  for (const id of unmatched) print(terminal, `No map here has the id ${printable(id)}.`, 'errors')
}

function report(
  terminal: Terminal,
  move: Move,
  { selection, previewed, done }: { selection: Query; previewed: MapsSummary; done: MapsSummary },
): void {
  print(terminal, `${move.did} ${totalsText(done)}${differenceText(previewed, done)}.`)
  if (done.count === 0) return
  const term = done.undoUntil ? `until ${done.undoUntil.slice(0, 16).replace('T', ' ')} UTC ` : ''
  print(terminal, `To take it back ${term}run:`)
  const isFew = done.count <= done.items.length
  const ids = done.items.map(item => item.id)
  const back = isFew ? narrowed(selection, ids) : selection
  print(terminal, `  mapkeep ${move.back} ${asFlags(back)}`)
  if (!isFew && move.back === 'restore') print(terminal, 'It also brings back maps of this selection that had been deleted before.')
}

function differenceText(previewed: MapsSummary, done: MapsSummary): string {
  if (done.count === previewed.count) return ''
  const why = previewed.ids ? 'the others had gone meanwhile' : 'others came or went meanwhile'
  return ` (the preview said ${previewed.count}: ${why})`
}

function totalsText({ count, size }: { readonly count: number; readonly size: number }): string {
  return `${mapsText(count)} (${sizeText(size)})`
}

async function copyAnswer(terminal: Terminal, answer: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const bytes of answer) await write(terminal.output, bytes)
  print(terminal, '')
}
