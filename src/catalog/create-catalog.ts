import { sql } from 'kysely'
import type { Catalog } from '../operations/ports/catalog.ts'
import { audit } from './audit.ts'
import { copies } from './copies.ts'
import { details } from './details.ts'
import type { Db, Engine } from './engine.ts'
import { holds } from './holds.ts'
import { inspection } from './inspection.ts'
import { isWhole } from './is-whole.ts'
import { keys } from './keys.ts'
import { lists } from './lists.ts'
import { lookUps } from './look-ups.ts'
import { moves } from './moves.ts'
import { operations } from './operations.ts'
import { plans } from './plans.ts'
import { previews } from './previews.ts'
import { purges } from './purges.ts'
import { rates } from './rates.ts'
import { undos } from './undos.ts'
import { uploads } from './uploads.ts'
import { usage } from './usage.ts'

/** The catalog over one connection pool of either engine. `now`: milliseconds since 1970. */
export function createCatalog(db: Db, engine: Engine, now: () => number): Catalog {
  return {
    ...keys(db, engine),
    ...uploads(db, engine, now),
    ...previews(db, engine),
    ...plans(db, engine),
    ...moves(db, engine),
    ...undos(db, engine),
    ...holds(db, engine),
    ...operations(db),
    ...purges(db, engine),
    ...audit(db),
    ...rates(db, engine),
    ...usage(db),
    ...lists(db, engine),
    ...lookUps(db),
    ...details(db),
    ...copies(db, engine, now),
    ...inspection(db, engine),
    installation: async () => (await db.selectFrom('installation').select('id').executeTakeFirstOrThrow()).id,
    isWhole: () => isWhole(db),
    check: async () => {
      await sql`select 1 from installation`.execute(db)
    },
    close: () => db.destroy(),
  }
}
