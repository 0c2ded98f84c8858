import { type RawBuilder, sql } from 'kysely'
import type { UsageGroup } from '../domain/usage-groups.ts'
import type { Usage, UsageCatalog } from '../operations/ports/usage-catalog.ts'
import type { Db } from './engine.ts'
import { firstMap, firstMapSince } from './first-map.ts'
import { oldestHolder, sharedContents } from './shared-contents.ts'
import { inAllOrganizations } from './stored-bytes.ts'

const columns = { service: 'service', version: 'version', mapkind: 'kind', uploader: 'uploader' } as const satisfies Record<
  UsageGroup,
  string
>

/** What maps take. */
export function usage(db: Db): UsageCatalog {
  return {
    async usage(organization, by, since) {
      const recentFrom = await firstMapSince(db, organization, since)
      const { rows } = await grouped({ organization, by, recentFrom }).execute(db)
      return { groups: rows.map(row => toUsage(row, by)), firstUploadAt: (await firstMap(db, organization))?.created_at }
    },
    storedBytes: since => inAllOrganizations(db, since),
  }
}

interface Question {
  readonly organization: number
  readonly by: readonly UsageGroup[]
  /** Maps with this id and later ones are recent. */
  readonly recentFrom: number
}

interface Row extends Partial<Record<UsageGroup, string | null>> {
  readonly uploader_name?: string | null
  readonly maps: number
  readonly size: number
  readonly stored: number
  readonly deleted_maps: number
  readonly waiting: number
  readonly recent: number
}

/** One statement, since its parts must see the same moment: live maps, deleted maps, and what both share with others. */
function grouped(question: Question): RawBuilder<Row> {
  const { by } = question
  const groups = by.map(each => sql.ref(each))
  const name = by.includes('uploader') ? [sql`(select name from access_key where access_key.id = part.uploader) as uploader_name`] : []
  const sums = ['maps', 'size', 'stored', 'deleted_maps', 'waiting', 'recent'].map(
    each => sql`coalesce(sum(${sql.ref(`part.${each}`)}), 0) as ${sql.ref(each)}`,
  )
  return sql<Row>`select ${sql.join([...groups, ...name, ...sums])}
    from (${ownOf(question, 'live')} union all ${ownOf(question, 'deleted')} union all ${sharedOf(question)}) as part ${groupBy(groups)}`
}

/** Sums of an index that holds the maps of this state alone, in its order; only the uploader has to be read from their rows. */
function ownOf({ organization, by, recentFrom }: Question, state: 'live' | 'deleted'): RawBuilder<unknown> {
  const sums = state === 'live' ? liveSums : deletedSums
  const inState = state === 'live' ? sql`deleted_at is null` : sql`deleted_at is not null and purged_at is null`
  const selected = [...by.map(groupColumn), sums, sql`sum(case when id >= ${recentFrom} then own_size else 0 end) as recent`]
  const pieces = by.includes('uploader') ? by.map(each => sql.ref(columns[each])) : [sql`kind, service, version`]
  return sql`select ${sql.join(selected)} from source_map where organization = ${organization} and ${inState} ${groupBy(pieces)}`
}

const liveSums = sql`count(*) as maps, sum(size) as size, sum(own_size) as stored, 0 as deleted_maps, 0 as waiting`
const deletedSums = sql`0 as maps, 0 as size, sum(own_size) as stored, count(*) as deleted_maps, sum(own_size) as waiting`

/** What maps are charged of the contents that they share, by the map first, since that is the order in which these lie. */
function sharedOf({ organization, by, recentFrom }: Question): RawBuilder<unknown> {
  const selected = [
    ...by.map(groupColumn),
    sql`0 as maps, 0 as size, sum(share) as stored, 0 as deleted_maps`,
    sql`sum(case when map.deleted_at is not null then share else 0 end) as waiting`,
    sql`sum(case when map.id >= ${recentFrom} then share else 0 end) as recent`,
  ]
  return sql`select ${sql.join(selected)} from (${sharesOf(organization)}) as charge cross join source_map as map
    where map.organization = ${organization} and map.id = charge.map and map.purged_at is null
    ${groupBy(by.map(each => sql`map.${sql.ref(columns[each])}`))}`
}

/**
 * Each content is charged to the unpurged maps that have it in equal parts, once however many of a map's files it is; what cannot be divided goes to the
 * oldest, so that the parts add up.
 */
function sharesOf(organization: number): RawBuilder<unknown> {
  const oldest = oldestHolder(organization, sql`map.purged_at is null`)
  return sql`with shared as materialized (${sharedContents(organization)}),
      content as materialized (select shared.digest, shared.holders, copy.stored_size, ${oldest} as oldest
        from shared cross join blob_copy as copy
        where copy.organization = ${organization} and copy.digest = shared.digest and copy.generation = shared.generation)
    select held.map, sum(held.stored_size / held.holders + case when held.map = held.oldest then held.stored_size % held.holders else 0 end) as share
    from (select distinct content.digest, content.holders, content.stored_size, content.oldest, file.id as map
      from content cross join source_map_file as file
      where file.organization = ${organization} and file.digest = content.digest) as held
    group by held.map`
}

function groupColumn(name: UsageGroup): RawBuilder<unknown> {
  return sql`${sql.ref(columns[name])} as ${sql.ref(name)}`
}

function groupBy(groups: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return groups.length > 0 ? sql`group by ${sql.join(groups)}` : sql``
}

function toUsage(row: Row, by: readonly UsageGroup[]): Usage {
  return {
    group: Object.fromEntries(by.flatMap(each => (row[each] == null ? [] : [[each, row[each]]]))),
    uploaderName: row.uploader_name ?? undefined,
    maps: row.maps,
    size: row.size,
    storedSize: row.stored,
    deletedMaps: row.deleted_maps,
    waitingSize: row.waiting,
    recentSize: row.recent,
  }
}
