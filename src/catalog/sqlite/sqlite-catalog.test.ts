import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeCatalog } from '../catalog.contract.ts'
import { openSqliteCatalog } from './open-sqlite-catalog.ts'

describeCatalog('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mapkeep-catalog-'))
  const catalog = await openSqliteCatalog(join(folder, 'catalog.db'))
  return {
    catalog,
    close: async () => {
      await catalog.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
