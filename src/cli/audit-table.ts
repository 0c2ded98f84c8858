import { type Column, tableLines } from './table.ts'

/** An event of the audit trail as the server shows it. */
export interface ShownEvent {
  readonly id: string
  readonly attributes: {
    readonly at: string
    readonly action: string
    readonly actor: { readonly id: string; readonly name: string }
    readonly address?: string
    readonly subject?: string
    readonly detail: Readonly<Record<string, unknown>>
  }
}

/** The lines of a table of events. */
export function eventsTable(events: readonly ShownEvent[]): string[] {
  return tableLines(columns, events)
}

const columns: readonly Column<ShownEvent>[] = [
  { title: 'TIME', cell: ({ attributes }) => `${attributes.at.slice(0, 19).replace('T', ' ')} UTC` },
  { title: 'ACTION', cell: ({ attributes }) => attributes.action },
  { title: 'ACTOR', cell: ({ attributes: { actor } }) => (actor.id === actor.name ? actor.id : `${actor.name} (${actor.id})`) },
  { title: 'SUBJECT', cell: ({ attributes }) => attributes.subject ?? '' },
  { title: 'FROM', cell: ({ attributes }) => attributes.address ?? '' },
  { title: 'DETAIL', cell: ({ attributes }) => detailText(attributes.detail) },
]

const longest = 80

/** The facts of an event in few words: those of a refusal are its status and reasons, others are named one by one. */
function detailText(detail: ShownEvent['attributes']['detail']): string {
  const { status, details } = detail
  const refusal = Array.isArray(details) ? `${status}: ${details.join('; ')}` : undefined
  const text = refusal ?? Object.entries(detail).flatMap(fact).join(', ')
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}

function fact([name, value]: readonly [string, unknown]): string[] {
  if (value === true) return [name.replaceAll('_', ' ')]
  if (value === false || value === null || value === '') return []
  const shown = typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value)
  return [`${name.replaceAll('_', ' ')} ${shown}`]
}
