import type { InspectionCatalog } from '../operations/ports/inspection-catalog.ts'
import type { Db } from './engine.ts'
import { endIntent } from './intents.ts'
import { inTransaction } from './transaction.ts'

/** Uploads that may have been interrupted. */
export function intentInspection(db: Db): Pick<InspectionCatalog, 'intentsUpTo' | 'endIntents'> {
  return {
    async intentsUpTo(at, after, limit) {
      const rows = await db
        .selectFrom('upload_intent')
        .select(({ fn }) => ['number', fn.min<number>('started_at').as('started_at')])
        .where('started_at', '<=', at)
        .$if(after !== undefined, query => query.where('number', '>', after ?? 0))
        .groupBy('number')
        .orderBy('number')
        .limit(limit)
        .execute()
      return rows.map(({ number, started_at }) => ({ number, startedAt: started_at }))
    },

    endIntents: numbers =>
      inTransaction(db, async trx => {
        for (const number of numbers) await endIntent(trx, number)
      }),
  }
}
