import { sql } from 'kysely'
import type { Catalog } from '../operations/ports/catalog.ts'
import { copies } from './copies.ts'
import { details } from './details.ts'
import type { Db, Engine } from './engine.ts'
import { keys } from './keys.ts'
import { lists } from './lists.ts'
import { lookUps } from './look-ups.ts'
import { moves } from './moves.ts'
import { previews } from './previews.ts'
import { uploads } from './uploads.ts'

/** The catalog over one connection pool of either engine. `now`: milliseconds since 1970. */
export function createCatalog(db: Db, engine: Engine, now: () => number): Catalog {
  return {
    ...keys(db),
    ...uploads(db, engine, now),
    ...previews(db, engine),
    ...moves(db, engine),
    ...lists(db, engine),
    ...lookUps(db),
    ...details(db),
    ...copies(db),
    installation: async () => (await db.selectFrom('installation').select('id').executeTakeFirstOrThrow()).id,
    check: async () => {
      await sql`select 1 from installation`.execute(db)
    },
    close: () => db.destroy(),
  }
}
