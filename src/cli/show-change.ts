import { heldText } from './conflict-lines.ts'
import { mapsTable } from './maps-table.ts'
import { mapsText, sizeText, timeText } from './quantities.ts'
import { type MapsSummary, shownMaps } from './summarize-maps.ts'
import { printable } from './table.ts'
import { bold, coloured, print, printTable, type Stream, type Terminal } from './terminal.ts'

/** Shows the maps a change would move, those it would not, and ids that are no map's. */
export function printPreview(terminal: Terminal, { items, count, meta }: MapsSummary, stream: Stream): void {
  printTable(terminal, mapsTable(items, terminal.clock()), stream)
  if (count > items.length) print(terminal, `… and ${count - items.length} more`, stream)
  printUntouched(terminal, meta, stream)
}

/** Shows the maps that holds keep, and the ids that are no map's. */
export function printUntouched(terminal: Terminal, { held = [], unmatched = [] }: MapsSummary['meta'], stream: Stream): void {
  printHeld(terminal, held, stream)
  for (const id of unmatched) print(terminal, `No map here has the id ${printable(id)}.`, 'errors')
}

/** Says how many stored bytes a deletion gives back in the end, and how many it cannot. */
export function printBytes(terminal: Terminal, { meta }: MapsSummary, stream: Stream): void {
  const { freed_size: freed, shared_size: shared } = meta.totals ?? {}
  if (freed === undefined) return
  const stays = shared ? `; ${sizeText(shared)} stay, because other maps have the same content` : ''
  print(terminal, `${sizeText(freed)} on disk come back when they are purged, after the undo window${stays}.`, stream)
}

/** Says how a change that was made can be taken back, and until when. */
export function printTakeBack(terminal: Terminal, { meta }: MapsSummary): void {
  if (!meta.operation) return
  const { id, undo_until: end } = meta.operation
  print(terminal, `To take it back${end ? ` until ${timeText(end)}` : ''} run:`)
  print(terminal, `  ${bold(terminal, `mapkeep undo ${printable(id)}`)}`)
}

/** Maps by number and size, for people. */
export function totalsText({ count, size }: { readonly count: number; readonly size: number }): string {
  return `${mapsText(count)} (${sizeText(size)})`
}

function printHeld(terminal: Terminal, held: NonNullable<MapsSummary['meta']['held']>, stream: Stream): void {
  if (held.length === 0) return
  print(terminal, coloured(terminal, { text: `${mapsText(held.length)} held, so not touched:`, colour: 'yellow', stream }), stream)
  for (const map of held.slice(0, shownMaps)) print(terminal, `  ${printable(heldText(map))}`, stream)
  if (held.length > shownMaps) print(terminal, `  … and ${held.length - shownMaps} more`, stream)
}
