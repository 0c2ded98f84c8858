import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { createCatalog } from '../create-catalog.ts'
import type { Schema } from '../schema.ts'
import { type Access, Connection } from './connection.ts'
import { SqliteDriver } from './driver.ts'
import { sqliteEngine } from './engine.ts'

/** A catalog on a connection of this thread. */
export interface LocalCatalog {
  readonly catalog: Catalog
  readonly db: Kysely<Schema>
  readonly driver: SqliteDriver
}

/** Lets all migrations of a start run in one transaction: one that fails leaves nothing behind, and a second process waits for it. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/** Opens a catalog file in this thread; every call then runs to its end before anything else happens in the thread. */
export function openLocal(file: string, access: Access): LocalCatalog {
  const connection = new Connection(file, access)
  const driver = new SqliteDriver(connection)
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new TransactionalAdapter(),
      createDriver: () => driver,
      createIntrospector: introspected => new SqliteIntrospector(introspected),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
  const close = async () => {
    await db.destroy()
    // Kysely leaves alone what it has not used yet
    connection.close()
  }
  return { catalog: { ...createCatalog(db, sqliteEngine, Date.now), close }, db, driver }
}
