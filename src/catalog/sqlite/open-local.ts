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

/** Opens a catalog file in this thread; every call then runs to its end before anything else happens in the thread. */
export function openLocal(file: string, access: Access): LocalCatalog {
  const driver = new SqliteDriver(new Connection(file, access))
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driver,
      createIntrospector: introspected => new SqliteIntrospector(introspected),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
  return { catalog: createCatalog(db, sqliteEngine, Date.now), db, driver }
}
