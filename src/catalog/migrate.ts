import { randomUUID } from 'node:crypto'
import { type Kysely, Migrator } from 'kysely'
import type { Engine } from './engine.ts'
import { migrations } from './migrations/all.ts'
import type { Schema } from './schema.ts'
import { inTransaction } from './transaction.ts'

/** Brings the catalog to the newest schema and gives it its installation id; names the migrations that ran. */
export async function migrate(db: Kysely<Schema>, engine: Engine, at: number): Promise<readonly string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error) throw error
  await giveInstallationId(db, engine, at)
  return results.filter(result => result.status === 'Success').map(result => result.migrationName)
}

async function giveInstallationId(db: Kysely<Schema>, engine: Engine, at: number): Promise<void> {
  await inTransaction(db, async trx => {
    await engine.lockInstallation(trx)
    const known = await trx.selectFrom('installation').select('id').executeTakeFirst()
    if (!known) await trx.insertInto('installation').values({ id: randomUUID(), created_at: at }).execute()
  })
}
