import { openClient } from '../client.ts'
import { printable } from '../table.ts'
import { print, type Terminal } from '../terminal.ts'
import { holdsPath } from './hold.ts'

/** Ends a hold at once. */
export async function releaseHold(terminal: Terminal, id: string, { json }: { json: boolean }): Promise<void> {
  const path = `${holdsPath}/${encodeURIComponent(id)}`
  for await (const _ of await openClient(terminal.environment)({ method: 'DELETE', path })) {
    // An answer without content
  }
  print(terminal, json ? JSON.stringify({ meta: { released: id } }) : `Released ${printable(id)}.`)
}
