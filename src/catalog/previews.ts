import { givenIds } from '../domain/unmatched-ids.ts'
import type { PagePosition, PassageCatalog, Preview, PreviewTerms, Scope, TracedMap } from '../operations/ports/passage-catalog.ts'
import { strands } from './driver-filter.ts'
import type { Db, Engine } from './engine.ts'
import { fewPreviews } from './few-previews.ts'
import { measureFreed, measureTraced } from './measure.ts'
import { mixed, planNumbers } from './mixture.ts'
import { keptAndUnmatched, narrow } from './narrow.ts'
import { shownColumns, toMap } from './row.ts'
import { inSnapshot } from './transaction.ts'
import { where } from './where.ts'

type Previews = Pick<PassageCatalog, 'previewFew' | 'previewMany' | 'page'>

const pageSize = 500

/** Reads of a scope, all through the condition that deletions use. */
export function previews(db: Db, engine: Engine): Previews {
  return {
    ...fewPreviews(db, engine),
    previewMany: (scope, terms) => inSnapshot(db, trx => previewMany(trx, engine, { scope, terms })),
    page: (scope, walk) => page(db, engine, { scope, plan: walk.plan, from: walk.from ?? { strand: 0, after: 0 } }),
  }
}

async function previewMany(trx: Db, engine: Engine, { scope, terms }: { scope: Scope; terms: PreviewTerms }): Promise<Preview> {
  const seen = await narrow(trx, scope, terms.at)
  const condition = where(seen, engine)
  const { trace, ...counted } = await measureTraced(trx, condition, terms.plan)
  const { count, size } = counted
  const freed = await measureFreed(trx, scope.organization, { ...counted, condition })
  const found = await foundIds(trx, engine, seen)
  return {
    totals: { count, size, ...freed },
    trace,
    ...(await keptAndUnmatched(trx, engine, { scope, seen, isFound: id => found.has(id) })),
    seen,
    maps: undefined,
  }
}

/** The maps of a scope, when it asks for them by id: only then somebody wants to know which are missing. */
async function foundIds(trx: Db, engine: Engine, seen: Scope): Promise<ReadonlySet<number>> {
  if (givenIds(seen.selection).length === 0) return new Set()
  const rows = await trx.selectFrom('source_map').select('id').where(where(seen, engine)).execute()
  return new Set(rows.map(row => row.id))
}

async function page(db: Db, engine: Engine, { scope, plan, from }: { scope: Scope; plan: string; from: PagePosition }) {
  const parts = strands(scope.selection)
  const maps: TracedMap[] = []
  let mix = 0
  for (let strand = from.strand, after = from.after; strand < parts.length; strand++, after = 0) {
    const selection = parts[strand] ?? scope.selection
    const wanted = pageSize - maps.length
    const rows = await strandRows(db, engine, { scope: { ...scope, selection }, plan, after, wanted })
    for (const row of rows) {
      maps.push(toMap(row))
      mix += row.mix
    }
    if (maps.length === pageSize) return { maps, mix, next: { strand, after: rows.at(-1)?.id ?? after } }
  }
  return { maps, mix }
}

interface Piece {
  readonly scope: Scope
  readonly plan: string
  readonly after: number
  readonly wanted: number
}

function strandRows(db: Db, engine: Engine, { scope, plan, after, wanted }: Piece) {
  return db
    .selectFrom('source_map')
    .select([...shownColumns(scope.selection.kind), mixed(planNumbers(plan)).as('mix')])
    .where(where(scope, engine))
    .where('id', '>', after)
    .orderBy('id')
    .limit(wanted)
    .execute()
}
