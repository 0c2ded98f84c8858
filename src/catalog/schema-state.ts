import { DEFAULT_MIGRATION_TABLE, type Kysely, sql } from 'kysely'
import { migrations } from './migrations/all.ts'
import type { Schema } from './schema.ts'

/** The schema of this catalog is not the one this program works with; the message says what to do. */
export class SchemaMismatch extends Error {
  constructor(place: string, state: 'older' | 'newer') {
    const hint =
      state === 'newer' ? 'was made by a newer version of mapkeep: upgrade this one' : 'is of an older version: run mapkeep migrate'
    super(`the catalog ${place} ${hint}`)
    this.name = 'SchemaMismatch'
  }
}

/** How a catalog's schema stands to this program; one that has none yet is older. */
export async function schemaState(db: Kysely<Schema>): Promise<'current' | 'older' | 'newer'> {
  const ran = new Set(await migrationsOf(db))
  const known = new Set(Object.keys(migrations))
  if ([...ran].some(name => !known.has(name))) return 'newer'
  return [...known].every(name => ran.has(name)) ? 'current' : 'older'
}

async function migrationsOf(db: Kysely<Schema>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(table => table.name === DEFAULT_MIGRATION_TABLE)) return []
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db)
  return rows.map(row => row.name)
}
