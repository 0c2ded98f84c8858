import { sql } from 'kysely'
import type { RateCatalog } from '../operations/ports/rate-catalog.ts'
import type { Db, Engine } from './engine.ts'

/** How many requests were let in of late. Losing some of it in a crash lets in a few more, so nobody waits for a disk. */
export function rates(db: Db, engine: Engine): RateCatalog {
  return {
    async drawRequests({ who, family, count, period, at }) {
      // Also one that a clock far ahead has begun, or it would keep its key out for as long; not one that is ahead by a little, as all are of some
      const isOver = sql<boolean>`(rate_window.until <= ${at} or rate_window.until > ${at + 2 * period})`
      let drawn = { used: count, until: at + period }
      await engine.relaxed(db, async each => {
        drawn = await each
          .insertInto('rate_window')
          .values({ who, family, ...drawn })
          .onConflict(conflict =>
            conflict.columns(['who', 'family']).doUpdateSet(({ eb, ref, case: either }) => ({
              used: either()
                .when(isOver)
                .then(count)
                .else(eb('rate_window.used', '+', count))
                .end(),
              until: either()
                .when(isOver)
                .then(at + period)
                .else(ref('rate_window.until'))
                .end(),
            })),
          )
          .returning(['used', 'until'])
          .executeTakeFirstOrThrow()
      })
      return { before: drawn.used - count, until: drawn.until }
    },
  }
}

/** Forgets periods that had ended by a time, at most so many; says how many. */
export async function forgetRates(db: Db, at: number, limit: number): Promise<number> {
  const old = await db.selectFrom('rate_window').select(['who', 'family']).where('until', '<=', at).limit(limit).execute()
  for (const { who, family } of old)
    await db.deleteFrom('rate_window').where('who', '=', who).where('family', '=', family).where('until', '<=', at).execute()
  return old.length
}
