import { type SelectQueryBuilder, sql } from 'kysely'
import type { IdRange } from '../domain/id-ranges.ts'
import type { Trace } from '../operations/ports/passage-catalog.ts'
import type { Db } from './engine.ts'
import { traceOf } from './mixture.ts'
import type { MapCondition } from './pack-ids.ts'
import type { Schema } from './schema.ts'

/** What one pass over maps tells. Sizes are bytes. */
export interface Measure extends IdRange {
  readonly count: number
  readonly size: number
  /** Stored bytes that these maps alone occupy, each for itself. */
  readonly ownSize: number
  /** Contents that they share with other maps, which may be among them; each map counts its own. */
  readonly sharedContents: number
}

/** Maps whose first and last id and number are known. */
type Counted = Omit<Measure, 'size'> & { readonly condition: MapCondition }

const sums = [
  sql<number>`count(*)`.as('count'),
  sql<number>`coalesce(sum(size), 0)`.as('size'),
  sql<number>`coalesce(sum(own_size), 0)`.as('ownSize'),
  sql<number>`coalesce(sum(shared_contents), 0)`.as('sharedContents'),
  sql<number>`coalesce(min(id), 0)`.as('first'),
  sql<number>`coalesce(max(id), 0)`.as('last'),
] as const

/** Sums maps up in one pass over an index that has all it takes. */
export async function measure(db: Db, condition: MapCondition): Promise<Measure> {
  return db.selectFrom('source_map').select(sums).where(condition).executeTakeFirstOrThrow()
}

/** The same with the trace for a plan. */
export async function measureTraced(db: Db, condition: MapCondition, plan: string): Promise<Measure & { readonly trace: Trace }> {
  return db
    .selectFrom('source_map')
    .select([...sums, traceOf(plan).as('trace')])
    .where(condition)
    .executeTakeFirstOrThrow()
}

/** Bytes that come back and bytes that stay when maps go. */
export async function measureFreed(
  db: Db,
  organization: number,
  counted: Counted,
): Promise<{ readonly freedSize: number; readonly sharedSize: number }> {
  const { ownSize, sharedContents } = counted
  if (sharedContents === 0) return { freedSize: ownSize, sharedSize: 0 }
  const { freed, shared } = await measureShared(db, organization, counted)
  return { freedSize: ownSize + freed, sharedSize: shared }
}

/**
 * Stored bytes of contents that several maps have: of those that only these maps have, and of those that others have, too. The joins are
 * crosswise because SQLite then keeps to the order: each content once, then its copy.
 */
async function measureShared(db: Db, organization: number, counted: Counted): Promise<{ freed: number; shared: number }> {
  const uses = db
    .selectFrom('shared_content')
    .select(['digest', sql<number>`count(*)`.as('uses')])
    .where('organization', '=', organization)
    // Maps whose ids have no gap are told from all others by the first and the last
    .where('id', '>=', counted.first)
    .where('id', '<=', counted.last)
    .$if(counted.last - counted.first + 1 !== counted.count, query =>
      query.where('id', 'in', db.selectFrom('source_map').select('id').where(counted.condition).where('shared_contents', '>', 0)),
    )
    .groupBy('digest')
  return bytesOf(db, organization, uses).executeTakeFirstOrThrow()
}

/** Contents that several maps have, and how many of some maps have each. */
type Uses = SelectQueryBuilder<Schema, 'shared_content', { digest: string; uses: number }>

/** Stored bytes of the contents that nobody else has, and of those that others have, too. */
export function bytesOf(db: Db, organization: number, uses: Uses) {
  return (
    db
      .selectFrom(uses.as('used'))
      .crossJoin('blob')
      .crossJoin('blob_copy as copy')
      .where('blob.organization', '=', organization)
      // All of them are: so that the index of these is used
      .where(sql<boolean>`blob.reference_count > 1`)
      .whereRef('blob.digest', '=', 'used.digest')
      .where('copy.organization', '=', organization)
      .whereRef('copy.digest', '=', 'used.digest')
      .whereRef('copy.generation', '=', 'blob.generation')
      .select([
        sql<number>`coalesce(sum(case when used.uses = blob.reference_count then copy.stored_size else 0 end), 0)`.as('freed'),
        sql<number>`coalesce(sum(case when used.uses < blob.reference_count then copy.stored_size else 0 end), 0)`.as('shared'),
      ])
  )
}
