import { type SqlBool, sql } from 'kysely'
import { isCaseless } from '../domain/caseless.ts'
import type { JsQuery } from '../operations/ports/read-catalog.ts'
import type { Db } from './engine.ts'
import { lowered } from './lowered.ts'

/** Finds the newest live js map that answers. */
export async function findJs(db: Db, organization: number, query: JsQuery): Promise<number | undefined> {
  const found = stretch(db, organization, query).where('deleted_at', 'is', null).where(answers(query))
  return (await found.select('id').orderBy('id', 'desc').limit(1).executeTakeFirst())?.id
}

/** Most maps of one debug id, or of one file name in a release, that are looked at. */
const nearby = 500

/**
 * Finds the same, but gives up after so many maps: the indexes hold deleted maps, too, and those of other paths with the name. That
 * is better than indexes which know the state, since each deletion would have to write them, for the sake of names that hardly exist.
 */
export async function findJsNearby(db: Db, organization: number, query: JsQuery): Promise<number | undefined | 'unknown'> {
  const newest = stretch(db, organization, query)
    .select(['id', sql<number>`case when deleted_at is null and ${answers(query)} then id end`.as('answer')])
    .orderBy('id', 'desc')
    .limit(nearby)
  const seen = db.selectFrom(newest.as('newest')).select([sql<number>`count(*)`.as('count'), sql<number | null>`max(answer)`.as('answer')])
  const { count, answer } = await seen.executeTakeFirstOrThrow()
  return answer ?? (count < nearby ? undefined : 'unknown')
}

/** The maps beside each other in an index among which the answer is. */
function stretch(db: Db, organization: number, query: JsQuery) {
  const js = db.selectFrom('source_map').where('organization', '=', organization).where('kind', '=', 'js')
  if ('debugId' in query) return js.where(sql<SqlBool>`lower(debug_id) = ${lowered(query.debugId)}`).where('debug_id', 'is not', null)
  return js
    .where('file_name', '=', query.fileName.slice(query.fileName.lastIndexOf('/') + 1))
    .where('absolute_path', 'is not', null)
    .where('service', '=', query.service)
    .where('version', '=', query.version)
}

function answers(query: JsQuery) {
  if (!('debugId' in query)) return sql<SqlBool>`(file_name = ${query.fileName} or ltrim(absolute_path, '/') = ${query.fileName})`
  return isCaseless(query.debugId) ? sql<SqlBool>`1 = 1` : sql<SqlBool>`debug_id = ${query.debugId}`
}
