import { sql } from 'kysely'
import type { Db, Engine } from './engine.ts'

/** So few that their values fit into one statement of any engine. */
const valuesAtOnce = 500

/** What a map occupies: the stored bytes of the contents that it alone has, and how many it shares. Purged maps count for nothing. */
export interface Weight {
  readonly own_size: number
  readonly shared_contents: number
}

/**
 * Computes anew what these maps weigh and which contents they share, from the reference counts as they are now; leaves the weight of purged
 * maps alone.
 */
export async function reweigh(
  trx: Db,
  engine: Engine,
  { organization, ids }: { organization: number; ids: readonly number[] },
): Promise<void> {
  for (const some of portions([...ids].sort((a, b) => a - b))) {
    await engine.lockMaps(trx, organization, some)
    await trx
      .updateTable('source_map')
      .set({ own_size: ownSize(), shared_contents: sharedContents() })
      .where('organization', '=', organization)
      .where('id', 'in', some)
      .where('purged_at', 'is', null)
      .execute()
    await listShared(trx, organization, some)
  }
}

/** Makes the list of what maps share say what their files say; writes nothing where it does. */
async function listShared(trx: Db, organization: number, ids: readonly number[]): Promise<void> {
  await trx
    .deleteFrom('shared_content')
    .where('organization', '=', organization)
    .where('id', 'in', ids)
    .where(sql<boolean>`not ${isShared()}`)
    .execute()
  await trx
    .insertInto('shared_content')
    .columns(['organization', 'id', 'digest'])
    .expression(builder =>
      builder
        .selectFrom('source_map_file as file')
        .innerJoin('source_map as map', join => join.onRef('map.organization', '=', 'file.organization').onRef('map.id', '=', 'file.id'))
        .innerJoin('blob', join => join.onRef('blob.organization', '=', 'file.organization').onRef('blob.digest', '=', 'file.digest'))
        .select(['file.organization', 'file.id', 'file.digest'])
        .where('file.organization', '=', organization)
        .where('file.id', 'in', ids)
        .where('map.purged_at', 'is', null)
        .where('blob.reference_count', '>', 1),
    )
    .onConflict(conflict => conflict.doNothing())
    .execute()
}

/** For a row of `shared_content`: whether its map is one that has this content, and others have it, too. */
function isShared() {
  return sql<boolean>`exists (select 1 from source_map_file as file
    join source_map as map on map.organization = file.organization and map.id = file.id
    join blob on blob.organization = file.organization and blob.digest = file.digest
    where file.organization = shared_content.organization and file.id = shared_content.id and file.digest = shared_content.digest
      and map.purged_at is null and blob.reference_count > 1)`
}

/** For a row of `source_map`: whether the list of what maps share has other contents of it than it shares. */
export function isListedWrongly() {
  const listed = sql`select count(*) from shared_content
    where shared_content.organization = source_map.organization and shared_content.id = source_map.id`
  const wanted = sql`case when source_map.purged_at is null then ${sharedContents()} else 0 end`
  return sql<boolean>`((${listed}) <> ${wanted} or (${listed} and ${isShared()}) <> ${wanted})`
}

/** The maps that have any of these contents, each named once; purged ones do not. */
export async function owners(trx: Db, organization: number, digests: readonly string[]): Promise<readonly number[]> {
  const found = new Set<number>()
  for (const some of portions(digests)) {
    const rows = await trx
      .selectFrom('source_map_file as file')
      .innerJoin('source_map as map', join => join.onRef('map.organization', '=', 'file.organization').onRef('map.id', '=', 'file.id'))
      .select('map.id')
      .distinct()
      .where('file.organization', '=', organization)
      .where('file.digest', 'in', some)
      .where('map.purged_at', 'is', null)
      .execute()
    for (const { id } of rows) found.add(id)
  }
  return [...found]
}

/** For a row of `source_map`: the stored bytes of the contents that no other unpurged map has. */
export function ownSize() {
  return sql<number>`(select coalesce(sum(copy.stored_size), 0) from blob
    join blob_copy as copy on copy.organization = blob.organization and copy.digest = blob.digest and copy.generation = blob.generation
    where blob.organization = source_map.organization and blob.digest in ${digestsOfMap()} and blob.reference_count = 1)`
}

/** For a row of `source_map`: how many of its contents other unpurged maps have, too. */
export function sharedContents() {
  return sql<number>`(select count(*) from blob
    where blob.organization = source_map.organization and blob.digest in ${digestsOfMap()} and blob.reference_count > 1)`
}

function digestsOfMap() {
  return sql`(select file.digest from source_map_file as file
    where file.organization = source_map.organization and file.id = source_map.id)`
}

function portions<T>(values: readonly T[]): T[][] {
  const count = Math.ceil(values.length / valuesAtOnce)
  return Array.from({ length: count }, (_, at) => values.slice(at * valuesAtOnce, (at + 1) * valuesAtOnce))
}
