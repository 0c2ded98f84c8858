import type { Db } from './engine.ts'

/** The highest id of an organization's maps: whatever is uploaded later has a higher one. */
export async function lastId(db: Db, organization: number): Promise<number> {
  const row = await db.selectFrom('organization').select('last_map_id').where('number', '=', organization).executeTakeFirst()
  return row?.last_map_id ?? 0
}
