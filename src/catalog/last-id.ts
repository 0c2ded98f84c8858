import type { Db } from './engine.ts'
import { statement } from './statement.ts'

/** The highest id of an organization's maps: whatever is uploaded later has a higher one. */
export async function lastId(db: Db, organization: number): Promise<number> {
  const { rows } = await readLastId(db, { organization })
  return rows[0]?.last_map_id ?? 0
}

const readLastId = statement((db, { organization }: { organization: number }) =>
  db.selectFrom('organization').select('last_map_id').where('number', '=', organization),
)
