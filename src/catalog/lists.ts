import { sql } from 'kysely'
import type { DeletedMap, ListPosition, ListQuery, ReadCatalog } from '../operations/ports/read-catalog.ts'
import { type AskedForm, type AskedValues, asked } from './asked.ts'
import { strandCount, strands } from './driver-filter.ts'
import type { Db, Engine } from './engine.ts'
import { shownColumns, toPlainMap } from './row.ts'
import { statement } from './statement.ts'
import { inSnapshot } from './transaction.ts'
import { whereAsked } from './where.ts'

type Lists = Pick<ReadCatalog, 'list' | 'deletedMaps' | 'count'>

/** Up to this many stretches of an index are read one by one and merged; beyond, the engine sorts. */
const mergeable = 200

/** Lists of maps, newest first: as ids rise in commit order and created_at never falls, that is by falling id. */
export function lists(db: Db, engine: Engine): Lists {
  const readPage = statement((each, values: PageValues, form: PageForm) =>
    pageOf(each, engine, { values, form }).select(shownColumns(form.kind)),
  )
  return {
    async list(query, position, limit) {
      const page: Page = { query: { ...query, state: 'live' }, position, limit }
      if (isDirect(page)) {
        const { values, form } = taken(page)
        return (await readPage(db, values, form)).rows.map(toPlainMap)
      }
      // Between two stretches a deletion of both could come: half of it must not be seen
      return inSnapshot(db, async trx => {
        const ids = await newestIds(trx, engine, page)
        if (ids.length === 0) return []
        const rows = trx.selectFrom('source_map').select(shownColumns(query.selection.kind)).where('organization', '=', query.organization)
        const maps = (await rows.where('id', 'in', ids).execute()).map(toPlainMap)
        return maps.sort((a, b) => b.id - a.id)
      })
    },

    deletedMaps: ({ organization, selection }, before, limit) =>
      inSnapshot(db, async trx => {
        const query = { organization, selection, withDebugId: false, state: 'deleted' } as const
        const found = await newestIds(trx, engine, { query, position: { before }, limit: limit + 1 })
        const ids = found.slice(0, limit)
        const maps = ids.length === 0 ? [] : await deletedRows(trx, query, ids)
        return { maps, next: found.length > limit ? ids.at(-1) : undefined }
      }),

    async count(query) {
      const { form, values } = asked({ ...query, state: 'live' })
      const matches = matching(db, engine, { form: { ...form, withDebugId: query.withDebugId }, values })
      return (await matches.select(sql<number>`count(*)`.as('count')).executeTakeFirstOrThrow()).count
    },
  }
}

interface StateQuery extends ListQuery {
  readonly state: 'live' | 'deleted'
}

interface Page {
  readonly query: StateQuery
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

async function idsOf(db: Db, engine: Engine, page: Page): Promise<number[]> {
  return (await pageOf(db, engine, taken(page)).select('id').execute()).map(row => row.id)
}

/** Whether the rows of a page lie beside each other: then they are read as they are found. What is passed over is read by id alone. */
function isDirect({ query, position }: Page): boolean {
  return strandCount(query.selection) === 1 && ('before' in position || position.offset === 0)
}

interface ListForm extends AskedForm {
  readonly withDebugId: boolean
}

interface PageForm extends ListForm {
  /** Whether the rows have to be sorted. */
  readonly sorted: boolean
}

interface PageValues extends AskedValues {
  readonly before: number | undefined
  readonly offset: number | undefined
  readonly limit: number
}

/** A page as what its statement looks like, and the values in it. */
function taken({ query, position, limit }: Page): { readonly form: PageForm; readonly values: PageValues } {
  const { form, values } = asked(query)
  const place = 'offset' in position ? { before: undefined, offset: position.offset } : { before: position.before, offset: undefined }
  const sorted = strandCount(query.selection) > 1
  return { form: { ...form, withDebugId: query.withDebugId, sorted }, values: { ...values, ...place, limit } }
}

function pageOf(db: Db, engine: Engine, { values, form }: { values: PageValues; form: PageForm }) {
  const { before, offset, limit } = values
  // Rows of several stretches are sorted: an index that has them in order is that of the whole organization
  const order = form.sorted ? engine.unindexed(sql.ref<number>('id')) : sql.ref<number>('id')
  const newest = matching(db, engine, { form, values }).orderBy(order, 'desc').limit(limit)
  if (offset !== undefined) return newest.offset(offset)
  return before === undefined ? newest : newest.where('id', '<', before)
}

function matching(db: Db, engine: Engine, { form, values }: { form: ListForm; values: AskedValues }) {
  return db
    .selectFrom('source_map')
    .where(whereAsked(engine, form, values))
    .$if(form.withDebugId, query => query.where('debug_id', 'is not', null))
}

async function deletedRows(db: Db, { organization, selection }: StateQuery, ids: readonly number[]): Promise<DeletedMap[]> {
  const rows = await db
    .selectFrom('source_map')
    .leftJoin('operation', join =>
      join.onRef('operation.organization', '=', 'source_map.organization').onRef('operation.number', '=', 'source_map.last_operation'),
    )
    .select(shownColumns(selection.kind).map(column => `source_map.${column}` as const))
    .select(['source_map.deleted_at', 'source_map.last_operation', 'operation.undo_until'])
    .where('source_map.organization', '=', organization)
    .where('source_map.id', 'in', [...ids])
    .where('source_map.deleted_at', 'is not', null)
    .where('source_map.purged_at', 'is', null)
    .execute()
  const maps = rows.map(row => ({
    ...toPlainMap(row),
    deletedAt: row.deleted_at ?? 0,
    undoUntil: row.undo_until ?? undefined,
    operation: row.last_operation ?? undefined,
  }))
  return maps.sort((a, b) => b.id - a.id)
}
