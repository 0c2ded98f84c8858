import type { Query } from '../domain/selection.ts'
import { type ChangeWish, refuseSilence, termsQuery } from './change-flags.ts'
import { changeMaps } from './change-maps.ts'
import { checkSelection } from './check-selection.ts'
import { type Client, openClient } from './client.ts'
import { Failure } from './failure.ts'
import { mapsPath } from './list.ts'
import { timeText } from './quantities.ts'
import { receiveMaps } from './receive-maps.ts'
import { asFlags } from './selection-flags.ts'
import { printBytes, printPreview, printTakeBack, printUntouched, totalsText } from './show-change.ts'
import type { MapsSummary } from './summarize-maps.ts'
import { ask, bold, print, type Terminal } from './terminal.ts'

/** The two ways to move maps between live and deleted, which differ in words and in the request only. */
export const moves = {
  delete: { name: 'delete', method: 'DELETE', path: mapsPath, ask: 'Delete', did: 'Deleted' },
  restore: { name: 'restore', method: 'PATCH', path: `${mapsPath}/restore`, ask: 'Restore', did: 'Restored' },
} as const

/** How a deletion or restoration shall go. */
export interface MoveWish extends ChangeWish {
  /** Stop after the preview. */
  readonly dryRun: boolean
  /** An earlier preview to carry out. */
  readonly plan: string | undefined
}

type Move = (typeof moves)[keyof typeof moves]

interface Order {
  readonly move: Move
  readonly selection: Query
  readonly wish: MoveWish
}

/** Previews, asks, and deletes or restores exactly what was previewed. */
export async function moveMaps(terminal: Terminal, order: Order): Promise<void> {
  const { move, selection, wish } = order
  checkSelection(selection)
  if (!wish.yes && !wish.dryRun) refuseSilence(terminal, 'give --yes to go ahead or --dry-run to look only')
  const client = openClient(terminal.environment)
  const previewed = wish.plan === undefined ? await preview(terminal, client, order) : undefined
  if (wish.dryRun) return
  const plan = wish.plan ?? planOf(previewed).id
  const question = previewed ? `${move.ask} ${totalsText(previewed)}?` : `${move.ask} what ${plan} previewed?`
  if (!wish.yes && !(await ask(terminal, bold(terminal, question, 'errors')))) throw new Failure('refused', 'nothing was changed')
  const query: Query = [...selection, ['dry_run', 'false'], ['plan', plan], ...termsQuery(wish)]
  const done = await changeMaps(terminal, { client, call: { method: move.method, path: move.path, query }, json: wish.json })
  if (wish.json) return
  if (!previewed) printUntouched(terminal, done.meta, 'output')
  print(terminal, `${move.did} ${totalsText(done)}.`)
  printTakeBack(terminal, done)
}

/** On stdout when it is all that was asked for, or when words are; beside an answer in JSON on stderr. */
async function preview(terminal: Terminal, client: Client, { move, selection, wish }: Order): Promise<MapsSummary> {
  const query: Query = [...selection, ['dry_run', 'true']]
  const send = () => client({ method: move.method, path: move.path, query })
  const previewed = await receiveMaps(terminal, send, { json: wish.json && wish.dryRun })
  // With --json nobody reads the preview unless somebody is asked
  if (wish.json && (wish.dryRun || wish.yes)) return previewed
  const stream = wish.json ? 'errors' : 'output'
  printPreview(terminal, previewed, stream)
  if (move === moves.delete) printBytes(terminal, previewed, stream)
  if (wish.dryRun) printPlan(terminal, { move, selection, wish }, previewed)
  return previewed
}

function printPlan(terminal: Terminal, { move, selection, wish }: Order, previewed: MapsSummary): void {
  const { id, expires_at: end } = planOf(previewed)
  print(terminal, `Nothing was changed: this was a preview of ${totalsText(previewed)}.`)
  print(terminal, `To carry out exactly this until ${timeText(end)} run:`)
  const flags = [...selection, ['plan', id] as const, ...termsQuery(wish)]
  print(terminal, `  mapkeep ${move.name} ${asFlags(flags)}`)
}

function planOf(previewed: MapsSummary | undefined): { readonly id: string; readonly expires_at: string } {
  const plan = previewed?.meta.plan
  if (!plan) throw new Failure('refused', 'the server gave no plan with its preview; nothing was changed')
  return plan
}
