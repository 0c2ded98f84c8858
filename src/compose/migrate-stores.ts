import { migrateSqlite } from '../catalog/sqlite/open-sqlite-catalog.ts'
import { openFault } from '../config/open-fault.ts'
import type { Settings } from '../config/settings.ts'

/** Makes the catalog or brings it up to date; names the migrations that ran. */
export async function migrateStores(settings: Settings): Promise<readonly string[]> {
  try {
    return await migrateSqlite(settings.database)
  } catch (error) {
    throw openFault(error, settings)
  }
}
