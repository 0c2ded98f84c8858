import { type SqlBool, sql } from 'kysely'
import { isCaseless } from '../domain/caseless.ts'
import { kind, kindNames } from '../domain/kinds.ts'
import type { ReadCatalog, RepositoryInfo, SymbolFile } from '../operations/ports/read-catalog.ts'
import type { Db } from './engine.ts'
import { findJs } from './find-js.ts'
import { lowered } from './lowered.ts'

/** So few that their values fit into one statement of any engine. */
const idsAtOnce = 500

type LookUps = Pick<ReadCatalog, 'findJs' | 'existingDebugIds' | 'repositoryInfo' | 'symbolFiles'>

/** Kinds whose maps know their service. */
const released = kindNames.filter(name => kind(name).attributes.includes('service'))

/** Answers about live maps for those who have a build's names, not a map's id. */
export function lookUps(db: Db): LookUps {
  return {
    findJs: (organization, query) => findJs(db, organization, query),

    async existingDebugIds(organization, debugIds) {
      const found = new Set<string>()
      for (let at = 0; at < debugIds.length; at += idsAtOnce)
        for (const id of await existing(db, organization, debugIds.slice(at, at + idsAtOnce))) found.add(id)
      return debugIds.filter(id => found.has(id))
    },

    repositoryInfo: (organization, service, version) => repositoryInfo(db, organization, { service, version }),

    symbolFiles: (organization, buildIds) => symbolFiles(db, organization, buildIds),
  }
}

/** Looks for one live map of each id, however many have it. */
async function existing(db: Db, organization: number, debugIds: readonly string[]): Promise<string[]> {
  const asked = sql.join(debugIds.map(id => sql`(${id}, ${lowered(id)}, ${sql.lit(isCaseless(id) ? 1 : 0)})`))
  const { rows } = await sql<{ id: string }>`
    with asked (id, lowered, caseless) as (values ${asked})
    select asked.id from asked where exists (
      select 1 from source_map
      where organization = ${organization} and kind = 'js' and deleted_at is null and debug_id is not null
      and lower(debug_id) = asked.lowered and (asked.caseless = 1 or debug_id = asked.id)
    )`.execute(db)
  return rows.map(row => row.id)
}

async function symbolFiles(db: Db, organization: number, buildIds: readonly string[]): Promise<SymbolFile[]> {
  if (buildIds.length === 0) return []
  const inLowerCase = sql.join(buildIds.map(lowered))
  const by = (condition: ReturnType<typeof sql<SqlBool>>) => symbolFileRows(db, organization).where(condition)
  // What the indexes hold is said again, so that they are used
  const rows = await by(sql<SqlBool>`gnu_build_id is not null and lower(gnu_build_id) in (${inLowerCase})`)
    .union(by(sql<SqlBool>`go_build_id in (${sql.join(buildIds)})`))
    .union(by(sql<SqlBool>`file_hash is not null and lower(file_hash) in (${inLowerCase})`))
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
