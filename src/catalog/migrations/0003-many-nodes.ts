// Many servers on one catalog.
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // Operations are numbered under a lock of their own, so that uploads need not wait for a long deletion to give this row back
  await db.schema.alterTable('organization').dropColumn('last_operation').execute()
  await sql`create index blob_copy_reserved on blob_copy (organization, digest) where state = 'reserved'`.execute(db)
  // When a condemned copy was first seen by whoever removes such
  await db.schema.alterTable('blob_copy').addColumn('condemned_at', 'bigint').execute()
  // Kinds without releases in id order: not every planner takes two empty columns of an index for one stretch of it
  for (const [name, condition] of [
    ['kind', 'deleted_at is null'],
    ['deleted_kind', 'deleted_at is not null and purged_at is null'],
  ] as const)
    await sql`create index ${sql.raw(`source_map_${name}`)} on source_map (organization, kind, id) where ${sql.raw(condition)} and service is null`.execute(
      db,
    )
  // Requests that were let in of someone within a period
  await db.schema
    .createTable('rate_window')
    .addColumn('who', 'text', c => c.notNull())
    .addColumn('family', 'text', c => c.notNull())
    .addColumn('used', 'bigint', c => c.notNull())
    .addColumn('until', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('rate_window_key', ['who', 'family'])
    .execute()
  await db.schema.createIndex('rate_window_end').on('rate_window').columns(['until']).execute()
}
