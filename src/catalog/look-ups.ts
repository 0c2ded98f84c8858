import { type SqlBool, sql } from 'kysely'
import { foldCase, isCaseless } from '../domain/caseless.ts'
import { kind, kindNames } from '../domain/kinds.ts'
import type { JsQuery, ReadCatalog, RepositoryInfo, SymbolFile } from '../operations/ports/read-catalog.ts'
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

    repositoryInfo: (organization, service, version) => repositoryInfo(db, organization, { service, version }),

    symbolFiles: (organization, buildIds) => symbolFiles(db, organization, buildIds),
  }
}

async function symbolFiles(db: Db, organization: number, buildIds: readonly string[]): Promise<SymbolFile[]> {
  if (buildIds.length === 0) return []
  const lowered = buildIds.map(id => sql`lower(${id})`)
  const by = (condition: ReturnType<typeof sql<SqlBool>>) => symbolFileRows(db, organization).where(condition)
  // What the indexes hold is said again, so that they are used
  const rows = await by(sql<SqlBool>`gnu_build_id is not null and lower(gnu_build_id) in (${sql.join(lowered)})`)
    .union(by(sql<SqlBool>`go_build_id in (${sql.join(buildIds)})`))
    .union(by(sql<SqlBool>`file_hash is not null and lower(file_hash) in (${sql.join(lowered)})`))
    .execute()
  return rows.map(({ id, arch, symbolSource, overwrite, gnuBuildId, goBuildId, fileHash }) => ({
    id,
    arch: arch ?? undefined,
    symbolSource: symbolSource ?? undefined,
    overwrite: overwrite === 1,
    gnuBuildId: gnuBuildId ?? undefined,
    goBuildId: goBuildId ?? undefined,
    fileHash: fileHash ?? undefined,
  }))
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
  const found = js.where(sql<SqlBool>`lower(debug_id) = lower(${debugId})`).where('debug_id', 'is not', null)
  return isCaseless(debugId) ? found : found.where('debug_id', '=', debugId)
}

function byFileName<Q extends Pick<Js, 'where'>>(js: Q, query: { service: string; version: string; fileName: string }) {
  const name = query.fileName.slice(query.fileName.lastIndexOf('/') + 1)
  return js
    .where('file_name', '=', name)
    .where('absolute_path', 'is not', null)
    .where('service', '=', query.service)
    .where('version', '=', query.version)
    .where(sql<SqlBool>`(file_name = ${query.fileName} or ltrim(absolute_path, '/') = ${query.fileName})`)
}

/** The repository of the release's upload that came last, repeats included, among those that told one. */
async function repositoryInfo(
  db: Db,
  organization: number,
  { service, version }: { service: string; version: string },
): Promise<RepositoryInfo> {
  const maps = liveMaps(db, organization).where('kind', 'in', released).where('service', '=', service).where('version', '=', version)
  const last = await maps
    .select(['repository_url', 'repository_commit'])
    .where('repository_url', 'is not', null)
    .orderBy('declared_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last?.repository_url && last.repository_commit) return { status: 'success', url: last.repository_url, commit: last.repository_commit }
  const any = await maps.select('id').limit(1).executeTakeFirst()
  return { status: any ? 'no_repository' : 'not_found' }
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
