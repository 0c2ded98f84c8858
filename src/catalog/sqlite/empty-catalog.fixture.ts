import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenCatalog } from '../contract/sample-uploads.fixture.ts'
import { openLocal } from './open-local.ts'
import { openSqliteCatalog } from './open-sqlite-catalog.ts'

/** Opens an empty catalog in a folder of its own, and a second connection to look into its rows. */
export const openEmpty: OpenCatalog = async () => {
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
