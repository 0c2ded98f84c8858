import { sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** What is peculiar to SQLite: a write transaction is alone in the file, so no other lock is needed. */
export const sqliteEngine: Engine = {
  // A unary plus changes no value, and the planner finds no index for the expression
  unindexed: column => sql`+${column}`,
  lockOrganization: async () => {},
  lockIdentity: async () => {},
}
