import { openClient } from '../client.ts'
import { timeText } from '../quantities.ts'
import { readJson } from '../read-json.ts'
import { type Column, tableLines } from '../table.ts'
import { print, printTable, type Terminal } from '../terminal.ts'
import { holdsPath, type ShownHold, selectorFlags } from './hold.ts'

/** Shows the holds of the organization. */
export async function listHolds(terminal: Terminal, { all, json }: { all: boolean; json: boolean }): Promise<void> {
  const query = all ? ([['all', 'true']] as const) : []
  const answer = await openClient(terminal.environment)({ method: 'GET', path: holdsPath, query })
  const { content, text } = await readJson<{ data: readonly ShownHold[] }>(answer)
  if (json) return print(terminal, text)
  if (content.data.length === 0) return print(terminal, 'Nothing is held.', 'errors')
  printTable(terminal, tableLines(columns, content.data))
}

const time = (value: string | undefined) => (value === undefined ? '' : timeText(value))

const columns: readonly Column<ShownHold>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'KEEPS', cell: ({ attributes }) => selectorFlags(attributes.selector) },
  { title: 'REASON', cell: ({ attributes }) => attributes.reason },
  { title: 'OWNER', cell: ({ attributes }) => attributes.owner },
  { title: 'PLACED', cell: ({ attributes }) => time(attributes.created_at) },
  { title: 'EXPIRES', cell: ({ attributes }) => time(attributes.expires_at) },
  { title: 'RELEASED', cell: ({ attributes }) => time(attributes.released_at) },
]
