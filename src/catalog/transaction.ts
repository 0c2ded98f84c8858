import { setTimeout as wait } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import type { Db } from './engine.ts'
import type { Schema } from './schema.ts'

/** Something else changed what a transaction had read, and it has to begin anew. */
export class Conflict extends Error {
  /** SQL's own word for it. */
  readonly code = '40001'

  constructor(message: string) {
    super(message)
    this.name = 'Conflict'
  }
}

/** A serialization failure, a deadlock, a lock that was waited for too long, and a statement that was prepared before a migration: nothing was done, and the next attempt may succeed. */
const conflicts: readonly unknown[] = ['40001', '40P01', '55P03', '0A000']

/** Milliseconds: how long attempts go on, and how long the first pause is at most. */
const patience = { inAll: 20_000, first: 20, longest: 1000 }

/** Runs the work in one transaction of its own, all or nothing; anew when others got in its way. */
export function inTransaction<T>(db: Db, work: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
  return untilNoConflict(() => db.transaction().execute(work), patience.inAll)
}

/** Does something that is nothing when it fails, again and again for so many milliseconds as long as others get in its way. */
export async function untilNoConflict<T>(work: () => Promise<T>, time: number): Promise<T> {
  let until: number | undefined
  for (let pause = patience.first; ; pause = Math.min(2 * pause, patience.longest)) {
    try {
      return await work()
    } catch (error) {
      // From the first conflict on: what took long by itself has another attempt, too
      until ??= performance.now() + time
      if (!isConflict(error) || performance.now() > until) throw error
    }
    // At random, or those who met would meet again
    await wait(Math.random() * pause)
  }
}

/** Reads in one transaction, so that all statements see the same moment. */
export function inSnapshot<T>(db: Db, read: (trx: Transaction<Schema>) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read)
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && conflicts.includes(error.code)
}
