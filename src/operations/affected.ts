import type { SourceMap } from '../domain/source-map.ts'
import type { Catalog } from './ports/catalog.ts'
import type { Held, Left, PagePosition, Preview, Totals } from './ports/passage-catalog.ts'

/** What a deletion, restoration or undo affects, or would. Times are milliseconds since 1970, sizes bytes. */
export interface Affected {
  readonly dryRun: boolean
  readonly totals: Totals
  /** Given ids that match nothing. */
  readonly unmatched: readonly string[]
  /** Maps that holds kept. */
  readonly held: readonly Held[]
  /** Of a preview: how it can be carried out. */
  readonly plan?: { readonly id: string; readonly expiresAt: number }
  /** Of what was done. */
  readonly operation?: { readonly id: string; readonly undoUntil: number | undefined; readonly undoes?: string }
  /** Members of the undone operation that a partial undo left. */
  readonly left?: Left
  /** The maps, page by page; throws {@link Interrupted} when they change while being read. */
  readonly pages: AsyncIterable<readonly SourceMap[]>
}

/** The maps of an answer changed while it was being sent: it must not look complete. */
export class Interrupted extends Error {
  constructor() {
    super('the maps of this answer changed while it was being sent')
    this.name = 'Interrupted'
  }
}

/** The pages of a scope as a preview for a plan saw it. */
export async function* scopePages(catalog: Catalog, { seen, totals, trace }: Preview, plan: string): AsyncGenerator<readonly SourceMap[]> {
  let count = 0
  let sum = 0n
  let from: PagePosition | undefined
  do {
    const { maps, mix, next } = await catalog.page(seen, { plan, from })
    count += maps.length
    sum += BigInt(mix)
    from = next
    if (maps.length > 0) yield maps
  } while (from)
  if (count !== totals.count || sum !== BigInt(trace)) throw new Interrupted()
}
