import type { ExpressionBuilder } from 'kysely'
import type { Lease, PurgeCatalog } from '../operations/ports/purge-catalog.ts'
import type { Db } from './engine.ts'
import type { Schema } from './schema.ts'

/** Leases that keep all stored bytes where they are while they last. */
const keeping: readonly Lease['name'][] = ['backup', 'suspension']

/** Who alone may do something for a while. */
export function leases(db: Db): Pick<PurgeCatalog, 'takeLease' | 'dropLease' | 'keptUntil'> {
  return {
    keptUntil: at => keptUntil(db, at),

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
        .catch(unlessLocked)
      return taken !== undefined
    },

    async dropLease({ name, holder }) {
      await db.deleteFrom('lease').where('name', '=', name).where('holder', '=', holder).execute()
    },
  }
}

/** Whoever works under the lease locks its row for a piece of that work: then it is taken. */
function unlessLocked(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === '55P03')) throw error
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

/** Until when stored bytes are kept; nothing when they are not. */
export async function keptUntil(db: Db, at: number): Promise<number | undefined> {
  const { until } = await db
    .selectFrom('lease')
    .select(({ fn }) => fn.max<number | null>('until').as('until'))
    .where('name', 'in', keeping)
    .where('until', '>', at)
    .executeTakeFirstOrThrow()
  return until ?? undefined
}

/** Whether stored bytes may be removed, as a part of the statement that names them: whoever sees them condemned sees the lease, too. */
export function mayRemove(at: number) {
  return ({ not, exists, selectFrom }: ExpressionBuilder<Schema, 'blob_copy'>) =>
    not(exists(selectFrom('lease').select('lease.name').where('lease.name', 'in', keeping).where('lease.until', '>', at)))
}
