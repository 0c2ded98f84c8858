import { sql } from 'kysely'
import type { StoredBytes } from '../operations/ports/usage-catalog.ts'
import type { Db } from './engine.ts'
import { firstMap, firstMapSince } from './first-map.ts'
import { oldestHolder, sharedContents } from './shared-contents.ts'

type Sums = Omit<StoredBytes, 'firstUploadAt'>

/** What all organizations take together, summed one after another, since every index starts with the organization. */
export async function inAllOrganizations(db: Db, since: number): Promise<StoredBytes> {
  const all = await db.selectFrom('organization').select('number').orderBy('number').execute()
  let sums: Sums = { storedSize: 0, waitingSize: 0, recentSize: 0 }
  let firstUploadAt: number | undefined
  for (const { number } of all) {
    const first = await firstMap(db, number)
    if (!first) continue
    firstUploadAt = Math.min(first.created_at, firstUploadAt ?? first.created_at)
    sums = add(sums, await inOrganization(db, number, await firstMapSince(db, number, since)))
  }
  return { ...sums, firstUploadAt }
}

function add(a: Sums, b: Sums): Sums {
  return {
    storedSize: a.storedSize + b.storedSize,
    waitingSize: a.waitingSize + b.waitingSize,
    recentSize: a.recentSize + b.recentSize,
  }
}

/** One statement, since its parts must see the same moment: what live maps have alone, what deleted ones have alone, what several have. */
async function inOrganization(db: Db, organization: number, recentFrom: number): Promise<Sums> {
  const recent = sql`sum(case when id >= ${recentFrom} then own_size else 0 end) as recent`
  const { rows } = await sql<Sums>`
    select coalesce(sum(stored), 0) as "storedSize", coalesce(sum(waiting), 0) as "waitingSize", coalesce(sum(recent), 0) as "recentSize"
    from (
      select sum(own_size) as stored, 0 as waiting, ${recent} from source_map
      where organization = ${organization} and deleted_at is null
      union all
      select sum(own_size) as stored, sum(own_size) as waiting, ${recent} from source_map
      where organization = ${organization} and deleted_at is not null and purged_at is null
      union all
      select sum(copy.stored_size) as stored,
        sum(case when content.live is null then copy.stored_size else 0 end) as waiting,
        sum(case when content.oldest >= ${recentFrom} then copy.stored_size else 0 end) as recent
      from (${heldByMany(organization)}) as content cross join blob_copy as copy
      where copy.organization = ${organization} and copy.digest = content.digest and copy.generation = content.generation
    ) as part`.execute(db)
  return rows[0] ?? { storedSize: 0, waitingSize: 0, recentSize: 0 }
}

/** Shared contents with the oldest map that has each, since that one brought it, and a live one. */
function heldByMany(organization: number) {
  return sql`with shared as materialized (${sharedContents(organization)})
    select shared.digest, shared.generation, ${oldestHolder(organization, sql`map.purged_at is null`)} as oldest,
      ${oldestHolder(organization, sql`map.deleted_at is null`)} as live
    from shared`
}
