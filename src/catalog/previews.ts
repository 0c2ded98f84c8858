import { givenIds, unmatchedIds } from '../domain/unmatched-ids.ts'
import type { PagePosition, PassageCatalog, Preview, PreviewTerms, Scope, TracedMap } from '../operations/ports/passage-catalog.ts'
import { strands } from './driver-filter.ts'
import type { Db, Engine } from './engine.ts'
import { holdsOn, readHeld } from './held.ts'
import { heldIds } from './held-ids.ts'
import { lastId } from './last-id.ts'
import { measureFreed, measureTraced } from './measure.ts'
import { mixed } from './mixture.ts'
import { shownColumns, toMap } from './row.ts'
import { simplePreview } from './simple-preview.ts'
import { inSnapshot } from './transaction.ts'
import { where } from './where.ts'

type Previews = Pick<PassageCatalog, 'previewFew' | 'previewMany' | 'page'>

const pageSize = 500

/** Reads of a scope, all through the condition that deletions use. */
export function previews(db: Db, engine: Engine): Previews {
  return {
    async previewFew(scope, terms, limit) {
      // Where every statement is a way there and back
      const simple = engine.writesAlone ? undefined : await simplePreview(db, engine, { scope, terms, limit })
      if (simple) return simple === 'many' ? undefined : simple
      return inSnapshot(db, trx => previewFew(trx, engine, { scope, terms, limit }))
    },
    previewMany: (scope, terms) => inSnapshot(db, trx => previewMany(trx, engine, { scope, terms })),
    page: (scope, walk) => page(db, engine, { scope, plan: walk.plan, from: walk.from ?? { strand: 0, after: 0 } }),
  }
}

/** The scope as it is now: bounded by the highest id, so that later uploads lie outside, and without what holds keep. */
async function narrow(trx: Db, scope: Scope, at: number): Promise<Preview['seen']> {
  return { ...scope, upTo: await lastId(trx, scope.organization), without: await holdsOn(trx, scope, at) }
}

async function previewFew(
  trx: Db,
  engine: Engine,
  { scope, terms, limit }: { scope: Scope; terms: PreviewTerms; limit: number },
): Promise<Preview | undefined> {
  const seen = await narrow(trx, scope, terms.at)
  const rows = await trx
    .selectFrom('source_map')
    .select([...shownColumns(scope.selection.kind), 'own_size', 'shared_contents', mixed(terms.plan).as('mix')])
    .where(where(seen, engine))
    .limit(limit + 1)
    .execute()
  if (rows.length > limit) return undefined
  const sum = (value: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + value(row), 0)
  const maps = rows.map(toMap).sort((a, b) => a.id - b.id)
  const freed = await measureFreed(trx, scope.organization, {
    count: rows.length,
    first: maps[0]?.id ?? 0,
    last: maps.at(-1)?.id ?? 0,
    ownSize: sum(row => row.own_size),
    sharedContents: sum(row => row.shared_contents),
    condition: where(seen, engine),
  })
  const found = new Set(maps.map(map => map.id))
  return {
    totals: { count: rows.length, size: sum(row => row.size), ...freed },
    trace: String(sum(row => row.mix)),
    ...(await keptAndUnmatched(trx, engine, { scope, seen, isFound: id => found.has(id) })),
    seen,
    maps,
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

async function keptAndUnmatched(
  trx: Db,
  engine: Engine,
  { scope, seen, isFound }: { scope: Scope; seen: Preview['seen']; isFound: (id: number) => boolean },
): Promise<Pick<Preview, 'held' | 'unmatched'>> {
  const within = where({ ...scope, upTo: seen.upTo }, engine)
  const held = await readHeld(trx, engine, { holds: seen.without ?? [], within })
  const kept = heldIds(held, scope.selection)
  return { held, unmatched: unmatchedIds(scope.selection, id => isFound(id) || kept.has(id)) }
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
    .select([...shownColumns(scope.selection.kind), mixed(plan).as('mix')])
    .where(where(scope, engine))
    .where('id', '>', after)
    .orderBy('id')
    .limit(wanted)
    .execute()
}
