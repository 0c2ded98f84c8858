import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenCatalog } from '../contract/sample-uploads.fixture.ts'
import { openLocal } from './open-local.ts'
import { migrateSqlite, openSqliteCatalog } from './open-sqlite-catalog.ts'

/** Opens an empty catalog with its threads in a folder of its own, and a second connection to look into its rows. */
export const openThreads: OpenCatalog = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mapkeep-catalog-'))
  const file = join(folder, 'catalog.db')
  const catalog = await openSqliteCatalog(file)
  const looking = openLocal(file, 'write')
  return {
    catalog,
    db: looking.db,
    close: async () => {
      await looking.catalog.close()
      await catalog.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The same in this thread alone, which takes a tenth of the time: for what does not depend on who runs a statement. */
export const openAlone: OpenCatalog = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mapkeep-catalog-'))
  const file = join(folder, 'catalog.db')
  await migrateSqlite(file)
  const { catalog, db } = openLocal(file, 'write')
  return {
    catalog,
    db,
    close: async () => {
      await catalog.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
