import type { OpenCatalog } from '../contract/sample-uploads.fixture.ts'
import { connect, migratePostgres } from './open-postgres-catalog.ts'
import type { PostgresServer } from './postgres-server.fixture.ts'

/** Opens an empty catalog in a database of its own. */
export function openEmpty(server: () => PostgresServer): OpenCatalog {
  let databases = 0
  return async () => {
    const url = await server().createDatabase(`catalog_${++databases}`)
    await migratePostgres(url)
    const { catalog, db } = connect(url, 16)
    return { catalog, db, close: () => catalog.close() }
  }
}
