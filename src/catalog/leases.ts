import type { Lease, PurgeCatalog } from '../operations/ports/purge-catalog.ts'
import type { Db } from './engine.ts'

/** Who alone may do something for a while. */
export function leases(db: Db): Pick<PurgeCatalog, 'takeLease' | 'dropLease'> {
  return {
    async takeLease({ name, holder }, at, until) {
      const taken = await db
        .insertInto('lease')
        .values({ name, holder, until })
        .onConflict(conflict =>
          conflict
            .column('name')
            .doUpdateSet({ holder, until })
            .where(lease => lease.or([lease('lease.holder', '=', holder), lease('lease.until', '<=', at)])),
        )
        .returning('holder')
        .executeTakeFirst()
      return taken !== undefined
    },

    async dropLease({ name, holder }) {
      await db.deleteFrom('lease').where('name', '=', name).where('holder', '=', holder).execute()
    },
  }
}

/** Keeps a lease until a time, in the transaction of the work it allows; false when another holder has taken it. */
export async function keepLease(trx: Db, { name, holder }: Lease, until: number): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('lease')
    .set({ until })
    .where('name', '=', name)
    .where('holder', '=', holder)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}
