import { openClient } from '../client.ts'
import { timeText } from '../quantities.ts'
import { readJson } from '../read-json.ts'
import { printable } from '../table.ts'
import { print, type Terminal } from '../terminal.ts'
import { holdsPath, type ShownHold, type ShownSelector, selectorFlags } from './hold.ts'

/** A hold to place, in the words of the API. */
export interface HoldOrder {
  readonly selector: ShownSelector
  readonly reason: string
  readonly owner: string
  readonly expires_at: string | undefined
}

/** Places a hold. */
export async function placeHold(terminal: Terminal, order: HoldOrder, { json }: { json: boolean }): Promise<void> {
  const body = { data: { type: 'holds', attributes: order } }
  const answer = await openClient(terminal.environment)({ method: 'POST', path: holdsPath, body })
  const { content, text } = await readJson<{ data: ShownHold }>(answer)
  if (json) return print(terminal, text)
  const { id, attributes } = content.data
  const end = attributes.expires_at ? `until ${timeText(attributes.expires_at)}` : 'until it is released'
  print(terminal, `Placed ${printable(id)}: it keeps every map of ${printable(selectorFlags(attributes.selector))} ${end}.`)
  print(terminal, `To release it run:\n  mapkeep holds release ${printable(id)}`)
}
