import type { Db } from './engine.ts'

/** The oldest map of an organization, whatever became of it. */
export function firstMap(db: Db, organization: number) {
  return mapFrom(db, organization, 1)
}

/**
 * The id from which on maps were uploaded at the time or later. Ids rise with the time of creation and rows stay, so that
 * some twenty look-ups by key find it among a million.
 */
export async function firstMapSince(db: Db, organization: number, since: number): Promise<number> {
  const { last_map_id = 0, last_map_at = 0 } = (await counters(db, organization)) ?? {}
  let [low, high] = [last_map_at < since ? last_map_id + 1 : 1, last_map_id + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const map = await mapFrom(db, organization, middle)
    if (!map || map.created_at >= since) high = middle
    else low = map.id + 1
  }
  return low
}

function counters(db: Db, organization: number) {
  return db.selectFrom('organization').select(['last_map_id', 'last_map_at']).where('number', '=', organization).executeTakeFirst()
}

function mapFrom(db: Db, organization: number, id: number) {
  const query = db.selectFrom('source_map').select(['id', 'created_at']).where('organization', '=', organization).where('id', '>=', id)
  return query.orderBy('id').limit(1).executeTakeFirst()
}
