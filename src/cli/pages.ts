import type { Query } from '../domain/selection.ts'
import type { Client } from './client.ts'
import { readJson } from './read-json.ts'

/** One page of an answer; what is paged stands in `included` where `data` is something else. */
export interface Page<Row> {
  readonly data: readonly Row[] | Readonly<Record<string, unknown>>
  readonly included?: readonly Row[]
  readonly meta?: { readonly page?: { readonly has_more_results?: boolean; readonly next_cursor?: string | null } }
}

/** What is asked for, page by page. */
export interface PagedCall {
  readonly path: string
  readonly query?: Query
  /** Rows after which no further page is needed. */
  readonly limit: number
  /** Rows of a page, where a few may be enough. */
  readonly size?: number
}

const largestPage = 1000

/** The pages of an answer up to the limit, each when it is asked for. */
export async function* pages<Row>(client: Client, { path, query = [], limit, size = evenly(limit) }: PagedCall): AsyncGenerator<Page<Row>> {
  let seen = 0
  let position: Query = []
  for (let number = 2; ; number++) {
    const answer = await client({ method: 'GET', path, query: [...query, ['page[size]', String(size)], ...position] })
    const { content } = await readJson<Page<Row>>(answer)
    yield content
    const count = rowsOf(content).length
    seen += count
    const { has_more_results: more, next_cursor: cursor } = content.meta?.page ?? {}
    if (!more || seen >= limit || count === 0) return
    position = cursor ? [['page[after]', cursor]] : [['page[number]', String(number)]]
  }
}

/** Pages of equal size, because a page number means nothing when the size changes. */
function evenly(limit: number): number {
  return Math.ceil(limit / Math.ceil(limit / largestPage))
}

/** The rows of a page. */
export function rowsOf<Row>({ data, included = [] }: Page<Row>): readonly Row[] {
  return Array.isArray(data) ? (data as readonly Row[]) : included
}

/** Rows up to a limit, and whether there are more. */
export interface FirstRows<Row> {
  readonly rows: readonly Row[]
  readonly more: boolean
}

/** The first rows of an answer; `onPage` sees every page as it comes. */
export async function firstRows<Row>(
  client: Client,
  call: PagedCall,
  onPage: (page: Page<Row>) => void = () => {},
): Promise<FirstRows<Row>> {
  const rows: Row[] = []
  let more = false
  for await (const page of pages<Row>(client, call)) {
    onPage(page)
    rows.push(...rowsOf(page))
    more = page.meta?.page?.has_more_results === true
  }
  return { rows: rows.slice(0, call.limit), more: more || rows.length > call.limit }
}
