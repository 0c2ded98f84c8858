import type { OpenCatalog } from '../contract/sample-uploads.fixture.ts'
import { connect, migratePostgres } from './open-postgres-catalog.ts'
import type { PostgresServer } from './postgres-server.fixture.ts'

/** Opens an empty catalog in a database of its own, a copy of one that is migrated once and then prepared. */
export function openEmpty(server: () => PostgresServer, prepare: (url: string) => Promise<void> = async () => {}): OpenCatalog {
  let databases = 0
  let template: Promise<string> | undefined
  const makeTemplate = async () => {
    const url = await server().createDatabase('empty')
    await migratePostgres(url)
    await prepare(url)
    return 'empty'
  }
  return async () => {
    template ??= makeTemplate()
    const { catalog, db } = connect(await server().createDatabase(`catalog_${++databases}`, await template), 16)
    return { catalog, db, close: () => catalog.close() }
  }
}
