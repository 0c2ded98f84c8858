import { sql } from 'kysely'
import type { Db } from './engine.ts'

/**
 * What changes when something is written, by table and for each organization. Times are not summed: of millions of rows that is more than
 * an integer holds.
 */
const figures: Readonly<Record<string, readonly string[]>> = {
  source_map: ['count(*)', 'max(id)', 'sum(state_version)', 'max(declared_at)', 'sum(own_size)'],
  operation: ['count(*)', 'sum(count)', 'sum(freed_size)', 'sum(unpurged)'],
  blob: ['count(generation)', 'sum(reference_count)'],
  blob_copy: ['count(*)', 'sum(stored_size)', 'sum(settled)'],
  access_key: ['count(*)', 'max(last_used_at)', 'count(revoked_at)'],
  hold: ['count(*)', 'count(released_at)'],
  request: ['count(*)', 'max(at)'],
  audit_event: ['count(*)', 'max(at)'],
}

/** A text that is another one after nearly every change of the catalog. Reads every row once, and no text of maps. */
export async function fingerprintOf(db: Db): Promise<string> {
  const organizations = await db.selectFrom('organization').select(['number', 'last_map_id']).orderBy('number').execute()
  const sums = []
  for (const table of Object.keys(figures)) sums.push(await sumsOf(db, table))
  return JSON.stringify([organizations.map(({ number, last_map_id }) => [number, last_map_id]), ...sums])
}

async function sumsOf(db: Db, table: string): Promise<unknown[]> {
  // Named one by one, since an engine may call all sums alike
  const named = (figures[table] ?? []).map((figure, at) => sql`${sql.raw(figure)} as ${sql.ref(`figure_${at}`)}`)
  const { rows } = await sql<Record<string, unknown>>`select organization, ${sql.join(named)} from ${sql.table(table)}
    group by organization order by organization`.execute(db)
  return rows.map(row => Object.values(row).map(value => (value === null ? null : Number(value))))
}
