import { randomUUID } from 'node:crypto'
import { type Kysely, Migrator } from 'kysely'
import { migrations } from './migrations/all.ts'
import type { Schema } from './schema.ts'
import { inTransaction } from './transaction.ts'

/** Brings the catalog to the newest schema and gives it its installation id; names the migrations that ran. */
export async function migrate(db: Kysely<Schema>, at: number): Promise<readonly string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error) throw error
  await giveInstallationId(db, at)
  return results.filter(result => result.status === 'Success').map(result => result.migrationName)
}

async function giveInstallationId(db: Kysely<Schema>, at: number): Promise<void> {
  await inTransaction(db, async trx => {
    const known = await trx.selectFrom('installation').select('id').executeTakeFirst()
    if (!known) await trx.insertInto('installation').values({ id: randomUUID(), created_at: at }).execute()
  })
}
