// Deletion that can be planned, undone, held up and brought to its end, and told of afterwards.
import { type Kysely, type RawBuilder, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await weights(db)
  await countMaps(db)
  await weighMaps(db)
  await listShared(db)
  await summingIndexes(db)
  await operations(db)
  await plans(db)
  await requests(db)
  await holds(db)
  await audit(db)
}

/** Of each map, what it alone occupies: so totals of any number of maps need no look at their files. */
async function weights(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('source_map')
    // Stored bytes of the contents that no other unpurged map has
    .addColumn('own_size', 'bigint', c => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('source_map')
    // Contents it shares with other unpurged maps
    .addColumn('shared_contents', 'integer', c => c.notNull().defaultTo(0))
    .execute()
  // The last operation of a purged map stays the one that deleted it
  await db.schema.alterTable('source_map').addColumn('purge_operation', 'bigint').execute()
  // Made anew below, after the maps have been weighed
  for (const name of ['release', 'deleted_release']) await db.schema.dropIndex(`source_map_${name}`).execute()
}

async function summingIndexes(db: Kysely<unknown>): Promise<void> {
  const add = (name: string, columns: string, condition: RawBuilder<unknown>) =>
    sql`create index ${sql.raw(`source_map_${name}`)} on source_map (organization, ${sql.raw(columns)}) where ${condition}`.execute(db)
  // The last columns let totals be summed without touching the rows
  const summed = 'kind, service, version, id, size, state_version, own_size, shared_contents, deleted_at'
  await add('release', summed, sql`deleted_at is null`)
  await add('deleted_release', `${summed}, purged_at`, sql`deleted_at is not null and purged_at is null`)
  // Its last columns let shared contents be summed without touching the rows of contents
  await sql`create index blob_shared on blob (organization, digest, reference_count, generation) where reference_count > 1`.execute(db)
}

/** References were counted by files; a map that has one content twice refers to it once. */
async function countMaps(db: Kysely<unknown>): Promise<void> {
  await sql`update blob set reference_count = (
    select count(distinct file.id) from source_map_file as file
    join source_map as map on map.organization = file.organization and map.id = file.id
    where file.organization = blob.organization and file.digest = blob.digest and map.purged_at is null)`.execute(db)
}

async function weighMaps(db: Kysely<unknown>): Promise<void> {
  const contents = sql`from (select distinct organization, digest from source_map_file as file
      where file.organization = source_map.organization and file.id = source_map.id) as content
    join blob on blob.organization = content.organization and blob.digest = content.digest`
  await sql`update source_map set
    own_size = (select coalesce(sum(copy.stored_size), 0) ${contents}
      join blob_copy as copy on copy.organization = blob.organization and copy.digest = blob.digest and copy.generation = blob.generation
      where blob.reference_count = 1),
    shared_contents = (select count(*) ${contents} where blob.reference_count > 1)
    where purged_at is null`.execute(db)
}

/** Each unpurged map with each content that other unpurged maps have, too: so what maps share is summed without their files. */
async function listShared(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('shared_content')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('id', 'bigint', c => c.notNull())
    .addColumn('digest', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('shared_content_key', ['organization', 'id', 'digest'])
    .execute()
  await sql`insert into shared_content (organization, id, digest)
    select distinct file.organization, file.id, file.digest from source_map_file as file
    join blob on blob.organization = file.organization and blob.digest = file.digest
    join source_map as map on map.organization = file.organization and map.id = file.id
    where blob.reference_count > 1 and map.purged_at is null`.execute(db)
}

async function operations(db: Kysely<unknown>): Promise<void> {
  const add = async (name: string, type: 'text' | 'bigint' | 'integer', standard?: number | string) =>
    db.schema
      .alterTable('operation')
      .addColumn(name, type, c => (standard === undefined ? c : c.notNull().defaultTo(standard)))
      .execute()
  // The state it moved its members to
  await add('to_state', 'text', 'live')
  await sql`update operation set to_state = 'deleted' where kind = 'deletion'`.execute(db)
  // The operation that an undo reverses, or whose maps a purge takes
  await add('of_operation', 'bigint')
  await add('plan', 'text')
  await add('request_key', 'text')
  // What a request must ask for to be this one again
  await add('request', 'text')
  await add('forced', 'integer', 0)
  await add('freed_size', 'bigint', 0)
  await add('shared_size', 'bigint', 0)
  // What holds kept, as JSON, and what a partial undo left
  await add('held', 'text', '[]')
  await add('left_members', 'text')
  // Of a deletion: whether maps of it may still be waiting for a purge
  await add('unpurged', 'integer', 0)
  await sql`update operation set unpurged = 1 where kind = 'deletion'`.execute(db)
  await sql`create index operation_due on operation (undo_until, organization, number) where unpurged = 1`.execute(db)
  await sql`create unique index operation_plan on operation (organization, plan) where plan is not null`.execute(db)
  await sql`create unique index operation_request_key on operation (organization, actor, request_key) where request_key is not null`.execute(
    db,
  )
  await sql`create index operation_of on operation (organization, of_operation, number) where of_operation is not null`.execute(db)
}

async function plans(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('plan')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('id', 'text', c => c.notNull())
    .addColumn('actor', 'text', c => c.notNull())
    .addColumn('to_state', 'text', c => c.notNull())
    // Direction and selection as a digest
    .addColumn('request', 'text', c => c.notNull())
    .addColumn('mark', 'bigint', c => c.notNull())
    .addColumn('count', 'bigint', c => c.notNull())
    .addColumn('trace', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('expires_at', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('plan_key', ['organization', 'id'])
    .execute()
  await db.schema.createIndex('plan_request').on('plan').columns(['organization', 'actor', 'request', 'created_at']).execute()
  await db.schema.createIndex('plan_expiry').on('plan').columns(['expires_at']).execute()
}

/** What clients named a request, what it asked for and, if it was refused, what it was told. */
async function requests(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('request')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('actor', 'text', c => c.notNull())
    .addColumn('key', 'text', c => c.notNull())
    .addColumn('request', 'text', c => c.notNull())
    .addColumn('mark', 'bigint', c => c.notNull())
    .addColumn('refusal', 'text')
    .addColumn('at', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('request_key', ['organization', 'actor', 'key'])
    .execute()
  await db.schema.createIndex('request_age').on('request').columns(['at']).execute()
}

async function holds(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('hold')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('id', 'text', c => c.notNull())
    .addColumn('kind', 'text')
    .addColumn('service', 'text')
    .addColumn('version', 'text')
    // Whether it keeps only the maps listed in hold_map
    .addColumn('by_ids', 'integer', c => c.notNull().defaultTo(0))
    .addColumn('reason', 'text', c => c.notNull())
    .addColumn('owner', 'text', c => c.notNull())
    .addColumn('created_by', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('released_at', 'bigint')
    .addPrimaryKeyConstraint('hold_key', ['organization', 'id'])
    .execute()
  await db.schema
    .createTable('hold_map')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('hold', 'text', c => c.notNull())
    .addColumn('id', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('hold_map_key', ['organization', 'hold', 'id'])
    .execute()
}

async function audit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_event')
    .addColumn('organization', 'bigint', c => c.notNull())
    .addColumn('at', 'bigint', c => c.notNull())
    .addColumn('id', 'text', c => c.notNull())
    .addColumn('action', 'text', c => c.notNull())
    .addColumn('actor', 'text', c => c.notNull())
    .addColumn('address', 'text')
    .addColumn('subject', 'text')
    .addColumn('detail', 'text', c => c.notNull())
    // Newest first is this key read backwards
    .addPrimaryKeyConstraint('audit_event_key', ['organization', 'at', 'id'])
    .execute()
  // Uploads are nearly all of the trail, and what is sought is mostly something else
  await sql`create index audit_event_change on audit_event (organization, at, id) where action <> 'upload'`.execute(db)
  await db.schema.createIndex('access_key_organization').on('access_key').columns(['organization', 'created_at', 'id']).execute()
  await db.schema
    .createTable('lease')
    .addColumn('name', 'text', c => c.primaryKey())
    .addColumn('holder', 'text', c => c.notNull())
    .addColumn('until', 'bigint', c => c.notNull())
    .execute()
}
