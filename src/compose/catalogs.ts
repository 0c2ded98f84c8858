import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isCode } from '../blobs/files/is-code.ts'
import { migrateSqlite, openExistingCatalog, openSqliteCatalog } from '../catalog/sqlite/open-sqlite-catalog.ts'
import { openFault } from '../config/open-fault.ts'
import type { Settings } from '../config/setting.ts'
import { placeText } from '../config/store-urls.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import type { WhileWanted } from '../operations/ports/while-wanted.ts'
import { backupFiles } from './backup/backup-files.ts'

/** Whether there is a catalog, of whatever version. */
export async function catalogExists({ database }: Settings): Promise<boolean> {
  return database.engine === 'sqlite' ? fileExists(database.file) : (await postgres()).hasCatalog(database.url)
}

/** One that may not be looked at is not one that is missing. */
async function fileExists(file: string): Promise<boolean> {
  try {
    await stat(file)
    return true
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return false
    throw error
  }
}

/** What has been worked on is no backup any more. */
async function refuseBackup({ database }: Settings): Promise<void> {
  if (database.engine !== 'sqlite') return
  const folder = dirname(database.file)
  if (await fileExists(backupFiles(folder).marker))
    throw new Error(
      `${folder} is a backup, and whatever works on it spoils it; restore it elsewhere: mapkeep restore-backup ${folder} --data FOLDER`,
    )
}

/** Opens the catalog for a server; makes it or brings it up to date first. `whileWanted`: which reads may be given up. */
export async function openCatalog(settings: Settings, whileWanted?: WhileWanted): Promise<Catalog> {
  const { database, databaseConnections } = settings
  await refuseBackup(settings)
  if (database.engine === 'sqlite') return whole(await openSqliteCatalog(database.file), database)
  return whole(await (await postgres()).openPostgresCatalog(database.url, databaseConnections, whileWanted), database)
}

/** Makes the catalog or brings it up to date; names the migrations that ran. */
export async function migrateCatalog(settings: Settings): Promise<readonly string[]> {
  const { database } = settings
  try {
    await refuseBackup(settings)
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
    await refuseBackup(settings)
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
