import { sql } from 'kysely'
import type { Db, Engine } from './engine.ts'
import { hasIds } from './has-ids.ts'
import { owners, reweigh } from './weights.ts'

/** Maps that have just been purged. */
export interface Gone {
  readonly engine: Engine
  readonly organization: number
  /** In rising order. */
  readonly ids: readonly number[]
  /** Whether other maps had any of their contents, too. */
  readonly shared: boolean
}

/**
 * Takes purged maps away from the contents they have, condemns the copies that nobody needs any more, and gives the stored bytes of
 * these. What an upload under way relies on is left as it is: the background condemns it if that upload comes to nothing.
 */
export async function dropReferences(trx: Db, maps: Gone): Promise<number> {
  await countDown(trx, maps)
  const freed = await condemn(trx, maps)
  // Contents that no other map had are gone, and nobody weighs more by them
  if (maps.shared) await weighOthers(trx, maps)
  return freed
}

/** Keeps others from counting or adopting what these maps have. */
export function lockTheirContents(trx: Db, { engine, organization, ids }: Omit<Gone, 'shared'>): Promise<void> {
  const digests = trx
    .selectFrom('source_map_file')
    .select('source_map_file.digest')
    .where(hasIds<'source_map_file'>(engine, organization, ids))
  return engine.lockContents(trx, organization, sql<string>`${digests}`)
}

/** Whatever nobody needs then has no current copy from then on, in the same statement. */
async function countDown(trx: Db, { engine, organization, ids }: Gone): Promise<void> {
  const uses = trx
    .selectFrom('source_map_file')
    .select(['digest', sql<number>`count(distinct id)`.as('uses')])
    .where(hasIds<'source_map_file'>(engine, organization, ids))
    .groupBy('digest')
  const isNeeded = sql`(reference_count <> used.uses or exists (select 1 from upload_intent as intent
    where intent.organization = blob.organization and intent.digest = blob.digest))`
  await trx
    .updateTable('blob')
    .from(uses.as('used'))
    .set({
      reference_count: sql<number>`reference_count - used.uses`,
      generation: sql<string | null>`case when ${isNeeded} then generation end`,
    })
    .where('blob.organization', '=', organization)
    .whereRef('blob.digest', '=', 'used.digest')
    .execute()
}

/** What nobody needs after counting down was needed before. Its stored copy is the current one: there is no other. */
async function condemn(trx: Db, maps: Gone): Promise<number> {
  const condemned = await trx
    .updateTable('blob_copy')
    .set({ state: 'condemned' })
    .where('organization', '=', maps.organization)
    .where('digest', 'in', contentsOf(trx, maps, 0).where('blob.generation', 'is', null))
    .where('state', '=', 'stored')
    .returning('stored_size')
    .execute()
  return condemned.reduce((sum, copy) => sum + copy.stored_size, 0)
}

/** What the maps had and one other map still has makes that one heavier from now on. */
async function weighOthers(trx: Db, maps: Gone): Promise<void> {
  const alone = (await contentsOf(trx, maps, 1).execute()).map(blob => blob.digest)
  if (alone.length > 0)
    await reweigh(trx, maps.engine, { organization: maps.organization, ids: await owners(trx, maps.organization, alone) })
}

/** Contents of maps to which so many maps refer now. */
function contentsOf(trx: Db, { engine, organization, ids }: Gone, references: number) {
  const digests = trx
    .selectFrom('source_map_file')
    .select('source_map_file.digest')
    .where(hasIds<'source_map_file'>(engine, organization, ids))
  return trx
    .selectFrom('blob')
    .select('blob.digest')
    .where('blob.organization', '=', organization)
    .where('blob.digest', 'in', digests)
    .where(sql<number>`+blob.reference_count`, '=', references)
}
