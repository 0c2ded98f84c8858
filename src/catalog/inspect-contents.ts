import { type Expression, type SqlBool, sql } from 'kysely'
import type { NeedingMap } from '../domain/inspection.ts'
import type { ContentName, InspectionCatalog, WrongCount } from '../operations/ports/inspection-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { inTransaction } from './transaction.ts'

type Contents = Pick<InspectionCatalog, 'wrongCounts' | 'repairCounts' | 'mapsWith'>

/** Contents under examination. Each comparison is one statement, so that it sees one moment. */
export function contentInspection(db: Db, engine: Engine): Contents {
  return {
    async wrongCounts(after, limit) {
      const names = await nextContents(db, after, limit)
      const last = names.at(-1)
      if (!last) return { wrong: [], looked: 0, next: undefined }
      const range = { after, last }
      const wrong = [...(await wrongRows(db, range)), ...(await missingRows(db, range))]
      return { wrong, looked: names.length, next: names.length < limit ? undefined : last }
    },

    repairCounts: contents =>
      inTransaction(db, async trx => {
        let repaired = 0
        for (const { organization, digest } of contents) {
          await engine.lockContents(trx, organization, [digest])
          const { numUpdatedRows } = await trx
            .updateTable('blob')
            .set({ reference_count: mapCount })
            .where('organization', '=', organization)
            .where('digest', '=', digest)
            .where('reference_count', '<>', mapCount)
            .where(mapCount, '>', 0)
            .executeTakeFirstOrThrow()
          repaired += Number(numUpdatedRows)
        }
        return repaired
      }),

    mapsWith: (content, limit) => mapsWith(db, content, limit),
  }
}

/** How many unpurged maps have the content of a row of `blob`. */
const mapCount = sql<number>`(select count(distinct file.id) from source_map_file as file
  join source_map as map on map.organization = file.organization and map.id = file.id
  where file.organization = blob.organization and file.digest = blob.digest and map.purged_at is null)`

interface Range {
  readonly after: ContentName | undefined
  readonly last: ContentName
}

/** The next contents that are known or that maps have: both should be the same. */
async function nextContents(db: Db, after: ContentName | undefined, limit: number): Promise<ContentName[]> {
  const next = (table: 'blob' | 'source_map_file') =>
    db
      .selectFrom(table)
      .select(['organization', 'digest'])
      .distinct()
      .$if(after !== undefined, query => query.where(within(table, { after })))
      .orderBy('organization')
      .orderBy('digest')
      .limit(limit)
      .execute()
  const names = new Map<string, ContentName>()
  for (const table of ['blob', 'source_map_file'] as const)
    for (const name of await next(table)) names.set(`${name.organization} ${name.digest}`, name)
  return [...names.values()].sort(byName).slice(0, limit)
}

function byName(a: ContentName, b: ContentName): number {
  return a.organization - b.organization || (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0)
}

async function wrongRows(db: Db, range: Range): Promise<WrongCount[]> {
  const contents = db
    .selectFrom('blob')
    .select(['organization', 'digest', 'reference_count as recorded', mapCount.as('counted')])
    .select(blob =>
      blob
        .selectFrom('blob_copy as copy')
        .select(({ fn }) => fn.countAll<number>().as('copies'))
        .whereRef('copy.organization', '=', 'blob.organization')
        .whereRef('copy.digest', '=', 'blob.digest')
        .whereRef('copy.generation', '=', 'blob.generation')
        .where('copy.state', '=', 'stored')
        .as('copies'),
    )
    .where(within('blob', range))
  const rows = await db
    .selectFrom(contents.as('content'))
    .selectAll()
    .where(({ or, and, eb, ref }) => or([eb('counted', '<>', ref('recorded')), and([eb('counted', '>', 0), eb('copies', '=', 0)])]))
    .execute()
  return rows.map(({ copies, counted, ...row }) => ({ ...row, counted, withoutCopy: counted > 0 && copies === 0 }))
}

/** Contents of unpurged maps that have no row of their own. */
async function missingRows(db: Db, range: Range): Promise<WrongCount[]> {
  const rows = await db
    .selectFrom('source_map_file as file')
    .innerJoin('source_map as map', join => join.onRef('map.organization', '=', 'file.organization').onRef('map.id', '=', 'file.id'))
    .select(['file.organization', 'file.digest'])
    .select(({ fn }) => fn.count<number>('file.id').distinct().as('counted'))
    .where(within('file', range))
    .where('map.purged_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('blob')
            .select('blob.digest')
            .whereRef('blob.organization', '=', 'file.organization')
            .whereRef('blob.digest', '=', 'file.digest'),
        ),
      ),
    )
    .groupBy(['file.organization', 'file.digest'])
    .execute()
  return rows.map(row => ({ ...row, recorded: undefined, withoutCopy: true }))
}

/** The rows of a table whose content lies after one, up to another. */
function within(table: string, { after, last }: Partial<Range>): Expression<SqlBool> {
  const content = sql`(${sql.ref(`${table}.organization`)}, ${sql.ref(`${table}.digest`)})`
  const low = after ? sql<SqlBool>`${content} > (${after.organization}, ${after.digest})` : sql<SqlBool>`1 = 1`
  return last ? sql<SqlBool>`${low} and ${content} <= (${last.organization}, ${last.digest})` : low
}

async function mapsWith(db: Db, { organization, digest }: ContentName, limit: number): Promise<NeedingMap[]> {
  const rows = await db
    .selectFrom('source_map_file as file')
    .innerJoin('source_map as map', join => join.onRef('map.organization', '=', 'file.organization').onRef('map.id', '=', 'file.id'))
    .select(['map.id', 'map.kind', 'map.service', 'map.version', 'map.deleted_at'])
    // A map may have one content in two parts
    .distinct()
    .where('file.organization', '=', organization)
    .where('file.digest', '=', digest)
    .where('map.purged_at', 'is', null)
    .orderBy('map.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ service, version, deleted_at, ...map }) => ({
    ...map,
    service: service ?? undefined,
    version: version ?? undefined,
    state: deleted_at === null ? 'live' : 'deleted',
  }))
}
