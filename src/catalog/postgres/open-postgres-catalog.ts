import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { WhileWanted } from '../../operations/ports/while-wanted.ts'
import { createCatalog } from '../create-catalog.ts'
import { migrate } from '../migrate.ts'
import type { Schema } from '../schema.ts'
import { SchemaMismatch, schemaState } from '../schema-state.ts'
import { isShortList } from '../short-reads.ts'
import { untilNoConflict } from '../transaction.ts'
import { clockInStep } from './clock-in-step.ts'
import { postgresEngine } from './engine.ts'
import { openDatabase } from './open-database.ts'
import { rememberedKeys } from './remembered-keys.ts'
import { tellingErrors, toOurs } from './unavailable.ts'

/** Milliseconds. What is short by construction fails soon when the server hangs; a deletion of millions takes its time. */
const times = { short: 10_000, long: 900_000, lock: 700, migration: 600_000, close: 3_000 }

/** A catalog and the connections behind it, for those who look at its rows. */
export interface PostgresCatalog {
  readonly catalog: Catalog
  readonly db: Kysely<Schema>
}

/**
 * Opens a Postgres catalog for a server, brought up to date. `connections`: most that it makes, at least 4. `whileWanted`: which reads may
 * be given up, none without it. Throws when the database cannot be reached.
 */
export async function openPostgresCatalog(url: string, connections: number, whileWanted?: WhileWanted): Promise<Catalog> {
  await migratePostgres(url)
  const { catalog, db } = connect(url, connections, whileWanted)
  return { ...catalog, ...rememberedKeys(catalog, () => performance.now()), ...tellingErrors(clockInStep(catalog, db)) }
}

/** Whether there is a catalog in the database, of whatever version. Throws when the database cannot be reached. */
export async function hasCatalog(url: string): Promise<boolean> {
  const db = openDatabase(url, { connections: 1, statement: times.short, lock: times.lock, durable: true })
  try {
    const { rows } = await sql<{ name: string | null }>`select to_regclass('installation')::text as name`.execute(db)
    return rows[0]?.name != null
  } catch (error) {
    throw toOurs(error)
  } finally {
    await db.destroy()
  }
}

/** Opens a Postgres catalog as it is, for a short piece of work: never changes its schema. Throws {@link SchemaMismatch}. */
export async function openExistingPostgres(url: string): Promise<Catalog> {
  const { catalog, db } = connect(url, 4)
  try {
    const state = await schemaState(db)
    if (state !== 'current') throw new SchemaMismatch('in this database', state)
    return { ...catalog, ...tellingErrors(clockInStep(catalog, db)) }
  } catch (error) {
    await catalog.close()
    throw toOurs(error)
  }
}

/** Connects to a catalog that is up to date. Long work has connections of its own, so that it never keeps all of them from short work. */
export function connect(url: string, connections: number, whileWanted?: WhileWanted): PostgresCatalog {
  const [forLong, forLate] = [Math.max(2, connections >> 2), Math.max(1, connections >> 3)]
  const pool = { statement: times.short, lock: times.lock, durable: true, whileWanted }
  const db = openDatabase(url, { ...pool, connections: Math.max(1, connections - forLong - forLate) })
  const longDb = openDatabase(url, { ...pool, connections: forLong, statement: times.long })
  const lateDb = openDatabase(url, { ...pool, connections: forLate, durable: false })
  const engine = postgresEngine(lateDb)
  const short = createCatalog(db, engine, Date.now)
  const long = createCatalog(longDb, engine, Date.now)
  const list: Catalog['list'] = (query, position, limit) =>
    (isShortList(query, position, limit) ? short : long).list(query, position, limit)
  const close = async () => {
    // What nobody waits for any more may go on in the database; its end need not be waited for
    await Promise.race([Promise.all([db.destroy(), longDb.destroy(), lateDb.destroy()]), wait(times.close, undefined, { ref: false })])
  }
  return { catalog: { ...tellingErrors({ ...short, ...longWork(long), list }), close }, db }
}

/** What may take long because there is much of it, or because it waits for somebody else's long work. */
function longWork(catalog: Catalog) {
  const { previewMany, count, deletedMaps, move, undo, placeHold, releaseHold, purgeMaps, previewPurge, usage, storedBytes } = catalog
  const { condemnUnreferenced, abandonStaleIntents, countCopies, knownCopies, wrongCounts, wrongWeights, incompleteMaps } = catalog
  const { strayReservations, intentsUpTo, repairCounts, repairWeights, giveUpCopies, auditEvents, forgetPlans } = catalog
  return {
    ...{ previewMany, count, deletedMaps, move, undo, placeHold, releaseHold, purgeMaps, previewPurge, usage, storedBytes },
    ...{ condemnUnreferenced, abandonStaleIntents, countCopies, knownCopies, wrongCounts, wrongWeights, incompleteMaps },
    ...{ strayReservations, intentsUpTo, repairCounts, repairWeights, giveUpCopies, auditEvents, forgetPlans },
  }
}

/**
 * Brings the database up to date; names the migrations that ran. Any number of nodes may do so at once: one does it, the others wait and
 * find it done. Throws {@link SchemaMismatch} when a newer version was there before.
 */
export async function migratePostgres(url: string): Promise<readonly string[]> {
  const db = openDatabase(url, { connections: 2, statement: 0, lock: 10_000, durable: true })
  try {
    const state = await schemaState(db)
    if (state === 'newer') throw new SchemaMismatch('in this database', state)
    // Nothing is locked at an ordinary start: behind a pool of connections a lock may outlive who took it
    if (state === 'current' && (await hasInstallation(db))) return []
    return await untilNoConflict(() => migrate(db, postgresEngine(db), Date.now()), times.migration)
  } catch (error) {
    throw toOurs(error)
  } finally {
    await db.destroy()
  }
}

async function hasInstallation(db: Kysely<Schema>): Promise<boolean> {
  return (await db.selectFrom('installation').select('id').executeTakeFirst()) !== undefined
}
