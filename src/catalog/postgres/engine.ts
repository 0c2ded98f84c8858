import { type Expression, sql } from 'kysely'
import type { Db, Engine } from '../engine.ts'

/** The first number of this program's advisory locks, so that they meet no others in the database. */
const lockSpace = 0x6d61_706b

/** No organization has this number. */
const installationLock = 0

/**
 * What is peculiar to Postgres: many write at once, so whatever must not happen twice is locked, and held until the transaction ends.
 * `late`: connections whose commits become durable a little later.
 */
export function postgresEngine(late: Db): Engine {
  return {
    // The planner knows how many rows share a value, and need not be told
    unindexed: column => column,
    matchesPattern: (text, pattern) => sql`${text} like ${likePattern(pattern)} escape '\\'`,
    isAmong: (column, values) => sql`${column} = any(${values})`,
    relaxed: (_db, statement) => statement(late),
    writesAlone: false,
    lockInstallation: db => lock(db, installationLock),
    lockOrganization: lock,
    lockIdentity: async (db, organization, identity) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${identity}, ${organization}))`.execute(db)
    },
    lockContents: async (db, organization, digests) => {
      await db
        .selectFrom('blob')
        .select('digest')
        .where('organization', '=', organization)
        .where(digest => (isList(digests) ? sql<boolean>`${digest.ref('digest')} = any(${digests})` : digest('digest', 'in', digests)))
        // In one order, so that two who want the same do not wait for each other
        .orderBy('digest')
        .forUpdate()
        .execute()
    },
    lockMaps: async (db, organization, ids) => {
      await sql`select 1 from source_map where organization = ${organization} and id = any(${ids}) order by id for update`.execute(db)
    },
  }
}

/** Deletions may take minutes, and others of the organization wait for them; anything else that waits for so long begins anew. */
async function lock(db: Db, number: number): Promise<void> {
  await sql`set local lock_timeout = 0`.execute(db)
  await sql`select pg_advisory_xact_lock(${lockSpace}, ${number}::int)`.execute(db)
}

function likePattern(pattern: string): string {
  return pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%')
}

function isList(digests: readonly string[] | Expression<string>): digests is readonly string[] {
  return Array.isArray(digests)
}
