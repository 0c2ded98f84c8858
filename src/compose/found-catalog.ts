import { existsSync } from 'node:fs'
import { openExistingCatalog } from '../catalog/sqlite/open-sqlite-catalog.ts'
import { openFault } from '../config/open-fault.ts'
import type { Settings } from '../config/settings.ts'
import type { Catalog } from '../operations/ports/catalog.ts'

/** Opens the catalog that is there, for work beside a running server. Never makes or migrates a catalog, since in a wrong folder that would look like success. */
export async function openFoundCatalog(settings: Settings): Promise<Catalog> {
  const { database } = settings
  if (!existsSync(database))
    throw new Error(`there is no catalog ${database}; name the server's folder with --data, or make a catalog with: mapkeep migrate`)
  return openExistingCatalog(database).catch(error => {
    throw openFault(error, settings)
  })
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
