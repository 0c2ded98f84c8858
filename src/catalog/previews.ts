import { sql } from 'kysely'
import { unmatchedIds } from '../domain/unmatched-ids.ts'
import type { Catalog, PagePosition, Scope, TracedMap } from '../operations/ports/catalog.ts'
import { strands } from './driver-filter.ts'
import type { Db, Engine } from './engine.ts'
import { shownColumns, toMap } from './row.ts'
import { where } from './where.ts'

type Previews = Pick<Catalog, 'few' | 'totals' | 'page' | 'unmatchedIds'>

const pageSize = 500

/** Reads of a scope, all through the condition that deletions use. */
export function previews(db: Db, engine: Engine): Previews {
  return {
    async few(scope, limit) {
      const query = db.selectFrom('source_map').select(shownColumns(scope.selection.kind)).where(where(scope, engine))
      const rows = await query.limit(limit + 1).execute()
      return rows.length > limit ? undefined : rows.map(toMap).sort((a, b) => a.id - b.id)
    },

    async totals(scope) {
      // The mark is read first: what a later upload adds lies above it, and so outside these sums, too
      const mark = await lastMapId(db, scope.organization)
      const sums = db
        .selectFrom('source_map')
        .select([sql<number>`count(*)`.as('count'), sum('size'), sum('id'), sum('state_version')])
        .where(where(scope, engine))
        .where('id', '<=', mark)
      const { count, size, id, state_version } = await sums.executeTakeFirstOrThrow()
      return { count, size, mark, trace: { ids: id, versions: state_version } }
    },

    page: (scope, mark, from) => page(db, engine, { scope, mark, from: from ?? { strand: 0, after: 0 } }),

    async unmatchedIds(scope) {
      const rows = await db.selectFrom('source_map').select('id').where(where(scope, engine)).execute()
      const found = new Set(rows.map(row => row.id))
      return unmatchedIds(scope.selection, id => found.has(id))
    },
  }
}

function sum<C extends 'size' | 'id' | 'state_version'>(column: C) {
  return sql<number>`coalesce(sum(${sql.ref(column)}), 0)`.as(column)
}

async function lastMapId(db: Db, organization: number): Promise<number> {
  const row = await db.selectFrom('organization').select('last_map_id').where('number', '=', organization).executeTakeFirst()
  return row?.last_map_id ?? 0
}

async function page(db: Db, engine: Engine, { scope, mark, from }: { scope: Scope; mark: number; from: PagePosition }) {
  const parts = strands(scope.selection)
  const maps: TracedMap[] = []
  for (let strand = from.strand, after = from.after; strand < parts.length; strand++, after = 0) {
    const selection = parts[strand] ?? scope.selection
    const wanted = pageSize - maps.length
    const rows = await strandRows(db, engine, { scope: { ...scope, selection }, after, mark, wanted })
    for (const row of rows) maps.push(toMap(row))
    if (maps.length === pageSize) return { maps, next: { strand, after: rows.at(-1)?.id ?? after } }
  }
  return { maps }
}

function strandRows(db: Db, engine: Engine, { scope, after, mark, wanted }: { scope: Scope; after: number; mark: number; wanted: number }) {
  return db
    .selectFrom('source_map')
    .select(shownColumns(scope.selection.kind))
    .where(where(scope, engine))
    .where('id', '>', after)
    .where('id', '<=', mark)
    .orderBy('id')
    .limit(wanted)
    .execute()
}
