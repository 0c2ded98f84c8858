import type { Query } from '../domain/selection.ts'
import type { Item } from '../domain/source-map.ts'
import { checkSelection } from './check-selection.ts'
import { type Client, openClient } from './client.ts'
import { exitCodes, Failure } from './failure.ts'
import { mapsPath } from './list.ts'
import { mapsTable } from './maps-table.ts'
import { mapsText, sizeText } from './quantities.ts'
import { asFlags, type SelectionOptions, selectionQuery } from './selection-flags.ts'
import { BrokenAnswer, type Envelope, splitAnswer } from './split-answer.ts'
import { printable } from './table.ts'
import { ask, bold, canAsk, print, type Stream, type Terminal, write } from './terminal.ts'

/** The two ways to move maps between live and deleted, which differ in words and in the request only. */
export const moves = {
  delete: { method: 'DELETE', path: mapsPath, ask: 'Delete', did: 'Deleted', back: 'restore' },
  restore: { method: 'PATCH', path: `${mapsPath}/restore`, ask: 'Restore', did: 'Restored', back: 'delete' },
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

interface Previewed {
  /** The first maps only. */
  readonly items: readonly Item[]
  readonly count: number
  readonly size: number
  readonly unmatched: readonly string[]
}

const shownMaps = 20

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
  const previewed = wish.json && wish.yes ? undefined : await preview(client, move, selection)
  if (previewed) show(terminal, previewed, wish.json ? 'errors' : 'output')
  if (wish.dryRun && previewed) return print(terminal, `Nothing was changed: this was a preview of ${totalsText(previewed)}.`)
  if (!wish.yes && previewed && !(await confirm(terminal, move, previewed))) throw new Failure('refused', 'nothing was changed')
  await orDoubt(async () => {
    const answer = await client(toCall(move, selection, 'false'))
    if (wish.json || !previewed) return copyAnswer(terminal, answer)
    report(terminal, move, { selection, previewed, done: await summarize(answer) })
  })
}

function confirm(terminal: Terminal, move: Move, previewed: Previewed): Promise<boolean> {
  return ask(terminal, bold(terminal, `${move.ask} ${totalsText(previewed)}?`, 'errors'))
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

async function preview(client: Client, move: Move, selection: Query): Promise<Previewed> {
  return summarize(await client(toCall(move, selection, 'true')))
}

async function summarize(answer: AsyncIterable<Uint8Array>): Promise<Previewed & { readonly meta: Envelope['meta'] }> {
  const items: Item[] = []
  let count = 0
  let size = 0
  const { meta } = await splitAnswer(answer, item => {
    if (items.length < shownMaps) items.push(item)
    count++
    size += Number(item.attributes.size)
  })
  return { items, count, size, unmatched: meta?.unmatched ?? [], meta }
}

function show(terminal: Terminal, { items, count, unmatched }: Previewed, stream: Stream): void {
  const [titles = '', ...lines] = mapsTable(items, terminal.clock())
  print(terminal, bold(terminal, titles, stream), stream)
  for (const line of lines) print(terminal, line, stream)
  if (count > items.length) print(terminal, `… and ${count - items.length} more`, stream)
  for (const id of unmatched) print(terminal, `No map here has the id ${printable(id)}.`, 'errors')
}

function report(
  terminal: Terminal,
  move: Move,
  { selection, previewed, done }: { selection: Query; previewed: Previewed; done: Awaited<ReturnType<typeof summarize>> },
): void {
  const others = done.count === previewed.count ? '' : ` (the preview said ${previewed.count}: others came or went meanwhile)`
  print(terminal, `${move.did} ${totalsText(done)}${others}.`)
  const until = done.meta?.operation?.undo_until
  const term = until ? `until ${until.slice(0, 16).replace('T', ' ')} UTC ` : ''
  print(terminal, `To take it back ${term}run:`)
  print(terminal, `  mapkeep ${move.back} ${asFlags(exactSelection(selection, done))}`)
  if (done.count > done.items.length && move.back === 'restore')
    print(terminal, 'It also brings back maps of this selection that had been deleted before.')
}

/** The same selection narrowed to the ids that were moved, while they are few enough for a command line. */
function exactSelection(selection: Query, { items, count }: Previewed): Query {
  if (count > items.length) return selection
  const ids = items.map(item => ['filter[id]', item.id] as const)
  return [...selection.filter(([name]) => name !== 'filter[id]'), ...ids]
}

function totalsText({ count, size }: { readonly count: number; readonly size: number }): string {
  return `${mapsText(count)} (${sizeText(size)})`
}

async function copyAnswer(terminal: Terminal, answer: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const bytes of answer) await write(terminal.output, bytes)
  print(terminal, '')
}
