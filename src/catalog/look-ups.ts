import { type SqlBool, sql } from 'kysely'
import { foldCase } from '../domain/caseless.ts'
import { kind, kindNames } from '../domain/kinds.ts'
import type { JsQuery, ReadCatalog, RepositoryInfo } from '../operations/ports/read-catalog.ts'
import type { Db } from './engine.ts'

type LookUps = Pick<ReadCatalog, 'findJs' | 'existingDebugIds' | 'repositoryInfo' | 'symbolFiles'>

/** Kinds whose maps know their service. */
const released = kindNames.filter(name => kind(name).attributes.includes('service'))

/** Answers about live maps for those who have a build's names, not a map's id. */
export function lookUps(db: Db): LookUps {
  return {
    findJs: (organization, query) => findJs(db, organization, query),

    async existingDebugIds(organization, debugIds) {
      if (debugIds.length === 0) return []
      const rows = await liveMaps(db, organization)
        .select('debug_id')
        .where('kind', '=', 'js')
        .where(
          sql`lower(debug_id)`,
          'in',
          debugIds.map(id => sql`lower(${id})`),
        )
        .where('debug_id', 'is not', null)
        .distinct()
        .execute()
      const found = new Set(rows.map(row => foldCase(row.debug_id ?? '')))
      return debugIds.filter(id => found.has(foldCase(id)))
    },

    async repositoryInfo(organization, service, version) {
      const answers = await Promise.all(released.map(name => newestRepository(db, organization, { kind: name, service, version })))
      return (
        answers.sort((a, b) => b.id - a.id).find(({ info }) => info.status === 'success')?.info ?? worst(answers.map(each => each.info))
      )
    },

    async symbolFiles(organization, buildIds) {
      const lowered = buildIds.map(id => sql`lower(${id})`)
      const by = (condition: ReturnType<typeof sql<SqlBool>>) => symbolFileRows(db, organization).where(condition)
      const rows = await by(sql<SqlBool>`lower(gnu_build_id) in (${sql.join(lowered)})`)
        .union(by(sql<SqlBool>`go_build_id in (${sql.join(buildIds)})`))
        .union(by(sql<SqlBool>`lower(file_hash) in (${sql.join(lowered)})`))
        .execute()
      return rows.map(({ arch, symbolSource, overwrite, ...row }) => ({
        id: row.id,
        arch: arch ?? undefined,
        symbolSource: symbolSource ?? undefined,
        overwrite: overwrite === 1,
        gnuBuildId: row.gnuBuildId ?? undefined,
        goBuildId: row.goBuildId ?? undefined,
        fileHash: row.fileHash ?? undefined,
      }))
    },
  }
}

function liveMaps(db: Db, organization: number) {
  return db.selectFrom('source_map').where('organization', '=', organization).where('deleted_at', 'is', null)
}

async function findJs(db: Db, organization: number, query: JsQuery): Promise<number | undefined> {
  const js = liveMaps(db, organization).select('id').where('kind', '=', 'js')
  const found = 'debugId' in query ? byDebugId(js, query.debugId) : byFileName(js, query)
  return (await found.orderBy('id', 'desc').limit(1).executeTakeFirst())?.id
}

type Js = ReturnType<ReturnType<typeof liveMaps>['select']>

function byDebugId<Q extends Pick<Js, 'where'>>(js: Q, debugId: string) {
  return js.where(sql<SqlBool>`lower(debug_id) = lower(${foldCase(debugId)})`).where('debug_id', 'is not', null)
}

function byFileName<Q extends Pick<Js, 'where'>>(js: Q, query: { service: string; version: string; fileName: string }) {
  const name = query.fileName.slice(query.fileName.lastIndexOf('/') + 1)
  return js
    .where('file_name', '=', name)
    .where('service', '=', query.service)
    .where('version', '=', query.version)
    .where(sql<SqlBool>`(file_name = ${query.fileName} or ltrim(absolute_path, '/') = ${query.fileName})`)
}

interface Release {
  readonly kind: (typeof released)[number]
  readonly service: string
  readonly version: string
}

/** The newest map of a release that knows its repository; an id of 0 goes with a miss. */
async function newestRepository(db: Db, organization: number, release: Release): Promise<{ id: number; info: RepositoryInfo }> {
  const maps = liveMaps(db, organization)
    .where('kind', '=', release.kind)
    .where('service', '=', release.service)
    .where('version', '=', release.version)
  const row = await maps
    .select(['id', 'repository_url', 'repository_commit'])
    .where('repository_url', 'is not', null)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row?.repository_url && row.repository_commit)
    return { id: row.id, info: { status: 'success', url: row.repository_url, commit: row.repository_commit } }
  const any = await maps.select('id').limit(1).executeTakeFirst()
  return { id: 0, info: { status: any ? 'no_repository' : 'not_found' } }
}

function worst(infos: readonly RepositoryInfo[]): RepositoryInfo {
  return infos.find(info => info.status === 'no_repository') ?? { status: 'not_found' }
}

function symbolFileRows(db: Db, organization: number) {
  return liveMaps(db, organization)
    .select([
      'id',
      'arch',
      'symbol_source as symbolSource',
      'overwrite',
      'gnu_build_id as gnuBuildId',
      'go_build_id as goBuildId',
      'file_hash as fileHash',
    ])
    .where('kind', '=', 'elf')
}
