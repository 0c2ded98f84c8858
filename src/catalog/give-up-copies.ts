import type { CopyName } from '../operations/ports/blob-store.ts'
import type { Db, Engine } from './engine.ts'
import { owners, reweigh } from './weights.ts'

/**
 * Forgets stored copies that have no sound file: nobody reads or adopts them any more, and the next upload of their content writes a new
 * one. A copy that is no longer stored is left as it is. What lies under the name is left, too: nothing that is forgotten is ever removed.
 */
export async function giveUpCopies(trx: Db, engine: Engine, names: readonly CopyName[]): Promise<void> {
  for (const { organization, digest, generation } of names) {
    const blob = await trx
      .updateTable('blob')
      .set({ generation: null })
      .where('organization', '=', organization)
      .where('digest', '=', digest)
      .where('generation', '=', generation)
      .returning('reference_count')
      .executeTakeFirst()
    await trx
      .deleteFrom('blob_copy')
      .where('organization', '=', organization)
      .where('digest', '=', digest)
      .where('generation', '=', generation)
      .where('state', '=', 'stored')
      .execute()
    // Who had it alone weighs less without it
    if (blob?.reference_count === 1) await reweigh(trx, engine, { organization, ids: await owners(trx, organization, [digest]) })
  }
}
