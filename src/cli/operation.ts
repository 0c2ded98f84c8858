import { mapsText, sizeText, timeText } from './quantities.ts'
import { asFlags, shownSelection } from './selection-flags.ts'
import type { AnsweredTotals, Left } from './split-answer.ts'
import { printable } from './table.ts'

/** Where a server answers about what was done. */
export const operationsPath = 'api/mapkeep/v1/operations'

/** A deletion, restoration, undo or purge as the server shows it. */
export interface ShownOperation {
  readonly id: string
  readonly attributes: {
    readonly kind: string
    readonly to: string
    readonly actor: { readonly id: string; readonly name?: string }
    readonly address?: string
    readonly at: string
    readonly undo_until?: string
    readonly reason?: string
    readonly forced?: boolean
    readonly selection?: Readonly<Record<string, string | readonly string[]>>
    readonly undoes?: string
    readonly purges?: string
    readonly undone_by?: string
    readonly plan?: string
    readonly totals: AnsweredTotals
    readonly left?: Left
  }
}

/** Who did it: the name of the key, else its id. */
export function actorText({ attributes: { actor } }: ShownOperation): string {
  return actor.name ? actor.name : actor.id
}

/** What was asked for: the selection as flags, the operation that was followed, the reason. */
export function askedText({ attributes: { selection, undoes, purges, reason } }: ShownOperation): string {
  const followed = undoes ? `undo of ${undoes}` : purges ? `purge of ${purges}` : ''
  return [selection ? asFlags(shownSelection(selection)) : followed, reason ? `(${reason})` : ''].filter(Boolean).join(' ')
}

/** Whether and until when it can be undone. */
export function undoText({ attributes: { undone_by: undoneBy, undo_until: end } }: ShownOperation): string {
  if (undoneBy) return `undone by ${undoneBy}`
  return end ? `until ${timeText(end)}` : ''
}

/** An operation before it is undone, as lines of names and values. */
export function operationLines(operation: ShownOperation): string[] {
  const { kind, to, at, address, forced, plan, totals } = operation.attributes
  const lines: [string, string][] = [
    ['operation', operation.id],
    ['kind', kind === 'undo' ? `undo, to ${to}` : kind],
    ['maps', `${mapsText(totals.count)} (${sizeText(totals.size)})`],
    ['when', timeText(at)],
    ['by', actorText(operation) + (address ? ` from ${address}` : '')],
    ['asked', askedText(operation)],
    ['forced', forced ? 'beyond the limit' : ''],
    ['plan', plan ?? ''],
    ['undo', undoText(operation)],
  ]
  const shown = lines.filter(([, value]) => value !== '')
  const width = Math.max(...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`)
}
