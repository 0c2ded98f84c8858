import { sql } from 'kysely'
import type { Engine } from '../engine.ts'

/** What is peculiar to SQLite: a write transaction is alone in the file, so no other lock is needed. */
export const sqliteEngine: Engine = {
  // A unary plus changes no value, and the planner finds no index for the expression
  unindexed: column => sql`+${column}`,
  // Of glob's own signs all but the star are taken by their letter
  matchesPattern: (text, pattern) => sql`${text} glob ${pattern.replace(/[[?]/g, '[$&]')}`,
  isAmong: (column, values) => sql`${column} in (select value from json_each(${JSON.stringify(values)}))`,
  relaxed: async (db, statement) => {
    await sql`pragma synchronous = normal`.execute(db)
    try {
      await statement(db)
    } finally {
      await sql`pragma synchronous = full`.execute(db)
    }
  },
  writesAlone: true,
  lockInstallation: async () => {},
  lockOrganization: async () => {},
  lockIdentity: async () => {},
  lockContents: async () => {},
  lockMaps: async () => {},
}
