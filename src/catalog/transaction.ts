import type { Transaction } from 'kysely'
import type { Db } from './engine.ts'
import type { Schema } from './schema.ts'

/** Runs the work in one transaction of its own, all or nothing. */
export function inTransaction<T>(db: Db, work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
  return db.transaction().execute(work)
}
