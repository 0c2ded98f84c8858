import { openPostgresSource, openPostgresTarget } from '../catalog/postgres/open-transfer.ts'
import { hasTables, openSqliteSource, openSqliteTarget } from '../catalog/sqlite/open-transfer.ts'
import { openFault } from '../config/open-fault.ts'
import type { Settings } from '../config/setting.ts'
import { placeText } from '../config/store-urls.ts'
import type { TransferSource, TransferTarget } from '../operations/ports/transfer-catalog.ts'
import { catalogExists } from './catalogs.ts'

/** Does a piece of work on the rows that are to be copied, without writing anything there. */
export async function onSourceRows<T>(settings: Settings, work: (rows: TransferSource) => Promise<T>): Promise<T> {
  const { database } = settings
  if (!(await exists(settings)))
    throw new Error(`there is no catalog ${placeText(database)}; name the stores to be copied with --data, or --database and --blobs`)
  const opening = database.engine === 'sqlite' ? openSqliteSource(database.file) : openPostgresSource(database.url)
  const { rows, close } = await opening.catch(error => {
    throw openFault(error, settings)
  })
  try {
    return await work(rows)
  } finally {
    await close()
  }
}

/** Does a piece of work on the rows of the catalog that an installation is copied into, which is there. */
export async function onTargetRows<T>(settings: Settings, work: (rows: TransferTarget) => Promise<T>): Promise<T> {
  const { database } = settings
  const opening = database.engine === 'sqlite' ? openSqliteTarget(database.file) : openPostgresTarget(database.url)
  const { rows, close } = await opening.catch(error => {
    throw openFault(error, settings)
  })
  try {
    return await work(rows)
  } finally {
    await close()
  }
}

/** Whether somebody has made a catalog there, and not only begun to. */
export async function isMade(settings: Settings): Promise<boolean> {
  const { database } = settings
  return (await exists(settings)) && (database.engine === 'postgres' || hasTables(database.file))
}

async function exists(settings: Settings): Promise<boolean> {
  return catalogExists(settings).catch(error => {
    throw openFault(error, settings)
  })
}
