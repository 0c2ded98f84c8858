import type { Db } from './engine.ts'

/** Whether no installation is being copied into this catalog, or all of it has been. */
export async function isWhole(db: Db): Promise<boolean> {
  const open = await db.selectFrom('transfer').select('source').where('finished_at', 'is', null).executeTakeFirst()
  return open === undefined
}
