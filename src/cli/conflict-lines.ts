import { mapsText } from './quantities.ts'
import type { ErrorObject } from './refusal.ts'
import type { HeldMap, Left } from './split-answer.ts'

/** Held maps that are named at most. */
const named = 20

/** A refusal that counts maps, in words; nothing for any other. */
export function conflictLines({ title, meta = {} }: ErrorObject): string[] | undefined {
  if (title === 'Plan is stale' && 'planned' in meta) return [staleText(meta)]
  if (title === 'Held' && Array.isArray(meta.held)) return heldLines(meta.held as HeldMap[], Number(meta.held_count ?? meta.held.length))
  if ('undoable' in meta) return undoLines(meta)
  return undefined
}

/** What an undo could not reach, each reason with its number. */
export function leftParts({ purged, moved_on: movedOn, held }: Left): string[] {
  return [
    movedOn ? `${mapsText(movedOn)} that a later operation moved` : '',
    purged ? `${mapsText(purged)} that ${purged === 1 ? 'is' : 'are'} purged` : '',
    held ? `${mapsText(held)} that ${held === 1 ? 'is' : 'are'} held` : '',
  ].filter(Boolean)
}

/** A map that a hold keeps, in words. */
export function heldText({ id, hold, reason }: HeldMap): string {
  return `${id} is held by ${hold}: ${reason}`
}

function staleText({ planned, now }: Readonly<Record<string, unknown>>): string {
  return `nothing was changed, because the maps have changed since the preview (${mapsText(Number(planned))} then, ${mapsText(Number(now))} now); preview again`
}

function heldLines(held: readonly HeldMap[], count: number): string[] {
  const shown = held.slice(0, named)
  const rest = count - shown.length
  return ['nothing was changed, because all that match are held', ...shown.map(heldText), ...(rest > 0 ? [`… and ${rest} more`] : [])]
}

function undoLines(meta: Left & { readonly undoable?: unknown; readonly undone_by?: unknown }): string[] {
  const undoable = Number(meta.undoable)
  const before = meta.undone_by ? `it has been undone before, by ${meta.undone_by}` : ''
  const left = leftParts(meta)
  const stays =
    left.length > 0 ? `${undoable === 0 ? 'none of its maps can be undone' : 'some of its maps cannot be undone'}: ${left.join(', ')}` : ''
  const rest = undoable > 0 ? `--partial undoes the other ${undoable}` : ''
  return [['nothing was undone', before, stays, rest].filter(Boolean).join('; ')]
}
