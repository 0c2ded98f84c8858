import { sql } from 'kysely'
import { unmatchedIds } from '../domain/unmatched-ids.ts'
import type { Preview, PreviewTerms, Scope } from '../operations/ports/passage-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { active } from './held.ts'
import { bytesOf } from './measure.ts'
import { mixed } from './mixture.ts'
import { shownColumns, toMap } from './row.ts'
import { where } from './where.ts'

/** A preview of few maps that one statement can answer. */
export interface SimplePreview {
  readonly scope: Scope
  readonly terms: PreviewTerms
  readonly limit: number
}

/**
 * The whole preview by one statement, which sees one moment without a transaction: of few maps, where there is no hold. `many` when there are
 * more than the limit, nothing when more has to be asked.
 */
export async function simplePreview(db: Db, engine: Engine, { scope, terms, limit }: SimplePreview): Promise<Preview | 'many' | undefined> {
  const { selection } = scope
  const rows = await chosenRows(db, engine, { scope, terms, limit })
  if (rows.length > limit) return 'many'
  const [first] = rows
  if (first?.holds !== 0) return undefined
  const sum = (value: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + value(row), 0)
  const maps = rows.map(toMap).sort((a, b) => a.id - b.id)
  const found = new Set(maps.map(map => map.id))
  return {
    totals: { count: rows.length, size: sum(row => row.size), freedSize: sum(row => row.own_size) + first.freed, sharedSize: first.shared },
    trace: String(sum(row => row.mix)),
    held: [],
    unmatched: unmatchedIds(selection, id => found.has(id)),
    seen: { ...scope, upTo: first.mark ?? 0, without: [] },
    maps,
  }
}

/** Each map with what is the same for all of them. */
function chosenRows(db: Db, engine: Engine, { scope, terms, limit }: SimplePreview) {
  const { organization, selection } = scope
  const uses = db
    .selectFrom('shared_content')
    .select(['digest', sql<number>`count(*)`.as('uses')])
    .where('organization', '=', organization)
    .where('id', 'in', sql<number>`(select id from chosen where shared_contents > 0)`)
    .groupBy('digest')
  return db
    .with('chosen', chosen =>
      chosen
        .selectFrom('source_map')
        .select([...shownColumns(selection.kind), 'own_size', 'shared_contents', mixed(terms.plan).as('mix')])
        .where(where(scope, engine))
        .limit(limit + 1),
    )
    .selectFrom('chosen')
    .crossJoin(bytesOf(db, organization, uses).as('bytes'))
    .selectAll('chosen')
    .select(['bytes.freed', 'bytes.shared'])
    .select(db.selectFrom('organization').select('last_map_id').where('number', '=', organization).as('mark'))
    .select(active(db, organization, terms.at).select(sql<number>`count(*)`.as('count')).as('holds'))
    .execute()
}
