import { type SqlBool, sql } from 'kysely'
import { isCaseless } from '../domain/caseless.ts'
import type { JsQuery } from '../operations/ports/read-catalog.ts'
import type { Db } from './engine.ts'
import { lowered } from './lowered.ts'
import { statement } from './statement.ts'

/** Finds the newest live js map that answers. */
export async function findJs(db: Db, organization: number, query: JsQuery): Promise<number | undefined> {
  const { rows } = await newest(db, wanted(organization, query))
  return rows[0]?.id
}

/** Most maps of one debug id, or of one file name in a release, that are looked at. */
const nearby = 500

/**
 * Finds the same, but gives up after so many maps: the indexes hold deleted maps, too, and those of other paths with the name. That
 * is better than indexes which know the state, since each deletion would have to write them, for the sake of names that hardly exist.
 */
export async function findJsNearby(db: Db, organization: number, query: JsQuery): Promise<number | undefined | 'unknown'> {
  const { rows } = await newestNearby(db, wanted(organization, query))
  const { count, answer } = rows[0] ?? { count: 0, answer: null }
  return answer ?? (count < nearby ? undefined : 'unknown')
}

/** What is looked for, as statements take it. */
interface Wanted {
  readonly organization: number
  /** As the index has it, and as it was given if its case counts. */
  readonly debugId: { readonly lower: string; readonly exact: string | undefined } | undefined
  /** The name as it was given, and its last segment, which the index has. */
  readonly file: { readonly name: string; readonly last: string; readonly service: string; readonly version: string } | undefined
}

function wanted(organization: number, query: JsQuery): Wanted {
  if ('debugId' in query) {
    const { debugId } = query
    return { organization, debugId: { lower: lowered(debugId), exact: isCaseless(debugId) ? undefined : debugId }, file: undefined }
  }
  const { fileName: name, service, version } = query
  return { organization, debugId: undefined, file: { name, last: name.slice(name.lastIndexOf('/') + 1), service, version } }
}

const newest = statement((db, query: Wanted) =>
  stretch(db, query).where('deleted_at', 'is', null).where(answers(query)).select('id').orderBy('id', 'desc').limit(1),
)

const newestNearby = statement((db, query: Wanted) => {
  const seen = stretch(db, query)
    .select(['id', sql<number>`case when deleted_at is null and ${answers(query)} then id end`.as('answer')])
    .orderBy('id', 'desc')
    .limit(nearby)
  return db.selectFrom(seen.as('seen')).select([sql<number>`count(*)`.as('count'), sql<number | null>`max(answer)`.as('answer')])
})

/** The maps beside each other in an index among which the answer is. */
function stretch(db: Db, { organization, debugId, file }: Wanted) {
  const js = db.selectFrom('source_map').where('organization', '=', organization).where('kind', '=', 'js')
  const ofId = debugId ? js.where(sql<SqlBool>`lower(debug_id) = ${debugId.lower}`).where('debug_id', 'is not', null) : js
  if (!file) return ofId
  return ofId
    .where('file_name', '=', file.last)
    .where('absolute_path', 'is not', null)
    .where('service', '=', file.service)
    .where('version', '=', file.version)
}

function answers({ debugId, file }: Wanted) {
  if (file) return sql<SqlBool>`(file_name = ${file.name} or ltrim(absolute_path, '/') = ${file.name})`
  return debugId?.exact === undefined ? sql<SqlBool>`1 = 1` : sql<SqlBool>`debug_id = ${debugId.exact}`
}
