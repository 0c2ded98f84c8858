// The store as it starts out: who may do what, the maps and their states, the bytes, and the operations that move maps.
import { type Kysely, type RawBuilder, sql } from 'kysely'

/** Attributes as of this migration: it must make the same table for ever, whatever the table of fields says later. */
const attributes = [
  'absolute_path', 'arch', 'assembly_name', 'build_id', 'build_number', 'bundle_name', 'bundle_version', 'debug_id', 'domain',
  'file_hash', 'file_name', 'gnu_build_id', 'go_build_id', 'origin', 'origin_version', 'pdb_age', 'pdb_sig', 'platform', 'service',
  'symbol_source', 'uuids', 'variant', 'version', 'version_code',
] // biome-ignore format: a list of words

export async function up(db: Kysely<unknown>): Promise<void> {
  await tenants(db)
  await sourceMaps(db)
  await sourceMapIndexes(db)
  await bytes(db)
  await operations(db)
}

async function tenants(db: Kysely<unknown>): Promise<void> {
  // Carried by the blobs, too: a catalog and the bytes of another installation do not belong together
  await db.schema
    .createTable('installation')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await db.schema
    .createTable('organization')
    .addColumn('number', 'bigint', c => c.primaryKey())
    .addColumn('uuid', 'text', c => c.notNull().unique())
    .addColumn('name', 'text', c => c.notNull().unique())
    .addColumn('created_at', 'bigint', c => c.notNull())
    // Counters advance in the transaction that commits what they number, so that their order is commit order
    .addColumn('last_map_id', 'bigint', c => c.notNull().defaultTo(0))
    .addColumn('last_map_at', 'bigint', c => c.notNull().defaultTo(0))
    .addColumn('last_operation', 'bigint', c => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createTable('access_key')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('organization', 'bigint', c => c.notNull().references('organization.number'))
    .addColumn('type', 'text', c => c.notNull())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('creator', 'text', c => c.notNull())
    .addColumn('permissions', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('last_used_at', 'bigint')
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('hash', 'text', c => c.notNull().unique())
    .execute()
}

async function sourceMaps(db: Kysely<unknown>): Promise<void> {
  let table = db.schema
    .createTable('source_map')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('id', 'bigint', c => c.notNull())
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('size', 'bigint', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    // When it was last uploaded: an identical upload makes no second map
    .addColumn('declared_at', 'bigint', c => c.notNull())
    .addColumn('state_version', 'bigint', c => c.notNull().defaultTo(1))
    .addColumn('deleted_at', 'bigint')
    .addColumn('purged_at', 'bigint')
    .addColumn('last_operation', 'bigint')
    .addColumn('identity', 'text', c => c.notNull())
    .addColumn('content', 'text', c => c.notNull())
    .addColumn('overwrite', 'integer', c => c.notNull().defaultTo(0))
    .addColumn('uploader', 'text', c => c.notNull())
    .addColumn('repository_url', 'text')
    .addColumn('repository_commit', 'text')
  for (const attribute of attributes) table = table.addColumn(attribute, 'text')
  await table.addPrimaryKeyConstraint('source_map_key', ['organization', 'id']).execute()
  // As sent, never queried, and as long as all the rest: apart, so that a passage of a map does not write it anew
  await db.schema
    .createTable('source_map_event')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('id', 'bigint', c => c.notNull())
    .addColumn('event', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('source_map_event_key', ['organization', 'id'])
    .execute()
  await db.schema
    .createTable('source_map_uuid')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('uuid', 'text', c => c.notNull())
    .addColumn('id', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('source_map_uuid_key', ['organization', 'uuid', 'id'])
    .execute()
}

/** Every index starts with organization and kind and ends with the id, so that each filter path is read in id order. */
async function sourceMapIndexes(db: Kysely<unknown>): Promise<void> {
  const live = sql`deleted_at is null`
  const add = (name: string, columns: string, condition?: RawBuilder<unknown>) =>
    sql`create index ${sql.raw(`source_map_${name}`)} on source_map (organization, ${sql.raw(columns)}) ${
      condition ? sql`where ${condition}` : sql``
    }`.execute(db)
  // The last columns let totals be summed without touching the rows
  await add('release', 'kind, service, version, id, size, state_version, deleted_at', live)
  await add(
    'deleted_release',
    'kind, service, version, id, size, state_version, deleted_at, purged_at',
    sql`deleted_at is not null and purged_at is null`,
  )
  await add('with_debug_id', 'kind, id', sql`${live} and debug_id is not null`)
  await add('file_name', 'kind, file_name, id', sql`${live} and file_name is not null and absolute_path is null`)
  for (const column of ['arch', 'symbol_source', 'origin', 'origin_version'])
    await add(column, `kind, ${column}, id`, sql`${live} and ${sql.ref(column)} is not null`)
  // Few maps share one of these values, dead ones included: these indexes know no state, and a deletion does not touch them
  await add('identity', 'identity, id')
  await add('path', 'kind, service, version, file_name, id', sql`absolute_path is not null`)
  await add('go_build_id', 'kind, go_build_id, id', sql`go_build_id is not null`)
  for (const column of ['debug_id', 'build_id', 'gnu_build_id', 'file_hash'])
    await add(column, `kind, lower(${column}), id`, sql`${sql.ref(column)} is not null`)
}

async function bytes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('source_map_file')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('id', 'bigint', c => c.notNull())
    .addColumn('part', 'text', c => c.notNull())
    .addColumn('file_name', 'text')
    .addColumn('digest', 'text', c => c.notNull())
    .addColumn('size', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('source_map_file_key', ['organization', 'id', 'part'])
    .execute()
  await db.schema.createIndex('source_map_file_digest').on('source_map_file').columns(['organization', 'digest', 'id']).execute()
  await db.schema
    .createTable('blob')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('digest', 'text', c => c.notNull())
    .addColumn('size', 'bigint', c => c.notNull())
    // How many maps that are not purged, live or deleted, have this content
    .addColumn('reference_count', 'bigint', c => c.notNull().defaultTo(0))
    // The copy that look-ups read; none while the first one is being written
    .addColumn('generation', 'text')
    .addPrimaryKeyConstraint('blob_key', ['organization', 'digest'])
    .execute()
  await sql`create index blob_unreferenced on blob (organization, digest) where reference_count = 0 and generation is not null`.execute(db)
  await blobCopies(db)
}

async function blobCopies(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('blob_copy')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('digest', 'text', c => c.notNull())
    .addColumn('generation', 'text', c => c.notNull())
    .addColumn('codec', 'text', c => c.notNull())
    .addColumn('stored_size', 'bigint', c => c.notNull())
    .addColumn('state', 'text', c => c.notNull())
    // Whether compression has been tried
    .addColumn('settled', 'integer', c => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('blob_copy_key', ['organization', 'digest', 'generation'])
    .execute()
  await sql`create index blob_copy_condemned on blob_copy (organization, digest) where state = 'condemned'`.execute(db)
  await sql`create index blob_copy_compressible on blob_copy (organization, digest) where state = 'stored' and settled = 0`.execute(db)
  // A row per content of an upload that is under way: it keeps adopted copies from being removed and tells leftovers apart
  await db.schema
    .createTable('upload_intent')
    .addColumn('number', 'bigint', c => c.notNull())
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('digest', 'text', c => c.notNull())
    .addColumn('generation', 'text')
    .addColumn('started_at', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('upload_intent_key', ['number', 'organization', 'digest'])
    .execute()
  await db.schema.createIndex('upload_intent_blob').on('upload_intent').columns(['organization', 'digest']).execute()
}

async function operations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('operation')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('number', 'bigint', c => c.notNull())
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('actor', 'text', c => c.notNull())
    .addColumn('address', 'text')
    .addColumn('at', 'bigint', c => c.notNull())
    .addColumn('undo_until', 'bigint')
    .addColumn('reason', 'text')
    .addColumn('selection', 'text', c => c.notNull())
    .addColumn('count', 'bigint', c => c.notNull())
    .addColumn('size', 'bigint', c => c.notNull())
    // The ids it moved, as packed ranges in base64
    .addColumn('members', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('operation_key', ['organization', 'number'])
    .execute()
}
