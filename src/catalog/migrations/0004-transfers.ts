// A catalog that is being made as the copy of another one.
import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('transfer')
    // The installation that is copied; its id becomes this catalog's own
    .addColumn('source', 'text', c => c.primaryKey())
    // Where its bytes are copied to
    .addColumn('blobs', 'text', c => c.notNull())
    // Which process may write: the last one that began or went on
    .addColumn('run', 'text', c => c.notNull())
    // What the source looked like when the rows were begun
    .addColumn('fingerprint', 'text', c => c.notNull())
    // The table and the key up to which all is copied, as JSON
    .addColumn('reached', 'text')
    .addColumn('begun_at', 'bigint', c => c.notNull())
    .addColumn('finished_at', 'bigint')
    .execute()
}
