import type { Query } from '../domain/selection.ts'
import type { Item } from '../domain/source-map.ts'
import { type Client, openClient } from './client.ts'
import { Failure } from './failure.ts'
import { mapsTable } from './maps-table.ts'
import { mapsText } from './quantities.ts'
import { type SelectionOptions, selectionQuery } from './selection-flags.ts'
import { type Envelope, splitAnswer } from './split-answer.ts'
import { bold, print, type Terminal } from './terminal.ts'

/** Where a server answers about maps. */
export const mapsPath = 'api/mapkeep/v1/sourcemaps'

/** How a list shall look. */
export interface ListWish {
  readonly limit: number
  /** The pages as the server answered, one line of JSON each. */
  readonly json: boolean
}

const largestPage = 1000

/** Lists live maps, newest first, page by page up to the limit. */
export async function listMaps(terminal: Terminal, options: SelectionOptions, { limit, json }: ListWish): Promise<void> {
  const items: Item[] = []
  let more = false
  for await (const page of pages(openClient(terminal.environment), selectionQuery(options), limit)) {
    if (json) print(terminal, JSON.stringify({ data: page.items, ...page.envelope }))
    items.push(...page.items)
    more = page.envelope.meta?.page?.has_more_results === true
  }
  if (items.length === 0) throw new Failure('refused', 'nothing matches')
  if (!json) show(terminal, items.slice(0, limit), more || items.length > limit)
}

function show(terminal: Terminal, items: readonly Item[], more: boolean): void {
  const [titles = '', ...lines] = mapsTable(items, terminal.clock())
  print(terminal, bold(terminal, titles))
  for (const line of lines) print(terminal, line)
  if (more) print(terminal, `the newest ${mapsText(items.length)}; there are more (--limit)`, 'errors')
}

interface Page {
  readonly items: readonly Item[]
  readonly envelope: Envelope
}

async function* pages(client: Client, selection: Query, limit: number): AsyncGenerator<Page> {
  // Pages of equal size, because a page number means nothing when the size changes
  const size = Math.ceil(limit / Math.ceil(limit / largestPage))
  let seen = 0
  let position: readonly (readonly [string, string])[] = []
  for (let number = 2; ; number++) {
    const page = await getPage(client, [...selection, ['page[size]', String(size)], ...position])
    yield page
    seen += page.items.length
    const { has_more_results: more, next_cursor: cursor } = page.envelope.meta?.page ?? {}
    if (!more || seen >= limit || page.items.length === 0) return
    position = cursor ? [['page[after]', cursor]] : [['page[number]', String(number)]]
  }
}

async function getPage(client: Client, query: Query): Promise<Page> {
  const items: Item[] = []
  const envelope = await splitAnswer(await client({ method: 'GET', path: mapsPath, query }), item => items.push(item))
  return { items, envelope: withoutItems(envelope) }
}

function withoutItems(envelope: Envelope): Envelope {
  const { data: _, ...others } = envelope as Envelope & { data?: unknown }
  return others
}
