import { sql } from 'kysely'
import type { Selection } from '../domain/selection.ts'
import type { ListPosition, ListQuery, ReadCatalog } from '../operations/ports/read-catalog.ts'
import { strandCount, strands } from './driver-filter.ts'
import type { Db, Engine } from './engine.ts'
import { shownColumns, toPlainMap } from './row.ts'
import { where } from './where.ts'

type Lists = Pick<ReadCatalog, 'list' | 'count'>

/** Up to this many stretches of an index are read one by one and merged; beyond, the engine sorts. */
const mergeable = 200

/** Lists of live maps, newest first: as ids rise in commit order and created_at never falls, that is by falling id. */
export function lists(db: Db, engine: Engine): Lists {
  return {
    async list(query, position, limit) {
      const ids = await newestIds(db, engine, { query, position, limit })
      if (ids.length === 0) return []
      const rows = db.selectFrom('source_map').select(shownColumns(query.selection.kind)).where('organization', '=', query.organization)
      const maps = (await rows.where('id', 'in', ids).execute()).map(toPlainMap)
      return maps.sort((a, b) => b.id - a.id)
    },

    async count(query) {
      const counted = matching(db, engine, query).select(sql<number>`count(*)`.as('count'))
      return (await counted.executeTakeFirstOrThrow()).count
    },
  }
}

interface Page {
  readonly query: ListQuery
  readonly position: ListPosition
  readonly limit: number
}

async function newestIds(db: Db, engine: Engine, { query, position, limit }: Page): Promise<number[]> {
  if ('offset' in position || strandCount(query.selection) > mergeable) return idsOf(db, engine, { query, position, limit })
  const found: number[] = []
  for (const selection of strands(query.selection))
    found.push(...(await idsOf(db, engine, { query: { ...query, selection }, position, limit })))
  return found.sort((a, b) => b - a).slice(0, limit)
}

async function idsOf(db: Db, engine: Engine, { query, position, limit }: Page): Promise<number[]> {
  // Rows of several stretches are sorted: an index that has them in order is that of the whole organization
  const order = strandCount(query.selection) > 1 ? engine.unindexed(sql.ref<number>('id')) : sql.ref<number>('id')
  const newest = matching(db, engine, query).select('id').orderBy(order, 'desc').limit(limit)
  const placed =
    'offset' in position
      ? newest.offset(position.offset)
      : newest.$if(position.before !== undefined, q => q.where('id', '<', position.before ?? 0))
  return (await placed.execute()).map(row => row.id)
}

function matching(db: Db, engine: Engine, { organization, selection, withDebugId }: ListQuery) {
  const scope = { organization, selection: selection satisfies Selection, state: 'live' } as const
  return db
    .selectFrom('source_map')
    .where(where(scope, engine))
    .$if(withDebugId, query => query.where('debug_id', 'is not', null))
}
