import { existsSync } from 'node:fs'
import { migrateSqlite, openExistingCatalog, openSqliteCatalog } from '../catalog/sqlite/open-sqlite-catalog.ts'
import { openFault } from '../config/open-fault.ts'
import type { Settings } from '../config/setting.ts'
import { placeText } from '../config/store-urls.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import type { WhileWanted } from '../operations/ports/while-wanted.ts'

/** Whether there is a catalog, of whatever version. */
export async function catalogExists({ database }: Settings): Promise<boolean> {
  return database.engine === 'sqlite' ? existsSync(database.file) : (await postgres()).hasCatalog(database.url)
}

/** Opens the catalog for a server; makes it or brings it up to date first. `whileWanted`: which reads may be given up. */
export async function openCatalog({ database, databaseConnections }: Settings, whileWanted?: WhileWanted): Promise<Catalog> {
  if (database.engine === 'sqlite') return whole(await openSqliteCatalog(database.file), database)
  return whole(await (await postgres()).openPostgresCatalog(database.url, databaseConnections, whileWanted), database)
}

/** Makes the catalog or brings it up to date; names the migrations that ran. */
export async function migrateCatalog(settings: Settings): Promise<readonly string[]> {
  const { database } = settings
  try {
    return await (database.engine === 'sqlite' ? migrateSqlite(database.file) : (await postgres()).migratePostgres(database.url))
  } catch (error) {
    throw openFault(error, settings)
  }
}

/**
 * Opens the catalog that is there, for work beside running servers. Never makes or migrates a catalog, since in a wrong folder that would
 * look like success.
 */
export async function openFoundCatalog(settings: Settings): Promise<Catalog> {
  const { database } = settings
  try {
    if (!(await catalogExists(settings)))
      throw new Error(
        `there is no catalog ${placeText(database)}; name the server's stores with --data or --database, or make a catalog with: mapkeep migrate`,
      )
    return await whole(
      await (database.engine === 'sqlite' ? openExistingCatalog(database.file) : (await postgres()).openExistingPostgres(database.url)),
      database,
    )
  } catch (error) {
    throw openFault(error, settings)
  }
}

/** Does a piece of work on the catalog that is there, and closes it. */
export async function onFoundCatalog<T>(settings: Settings, work: (catalog: Catalog) => Promise<T>): Promise<T> {
  const catalog = await openFoundCatalog(settings)
  try {
    return await work(catalog)
  } catch (error) {
    throw openFault(error, settings)
  } finally {
    await catalog.close()
  }
}

// Its driver is loaded only where the catalog is in Postgres
function postgres() {
  return import('../catalog/postgres/open-postgres-catalog.ts')
}

/** The catalog, unless an installation is still being copied into it: then most of it is not there yet. */
async function whole(catalog: Catalog, place: Settings['database']): Promise<Catalog> {
  const isWhole = await catalog.isWhole().catch(error => closing(catalog, error))
  if (isWhole) return catalog
  const text = `the catalog ${placeText(place)} is a copy that is not finished; run the same mapkeep copy again to finish it`
  return closing(catalog, new Error(text))
}

async function closing(catalog: Catalog, error: unknown): Promise<never> {
  await catalog.close()
  throw error
}
