import { type Kysely, sql } from 'kysely'
import type { PurgeCatalog } from '../../operations/ports/purge-catalog.ts'
import type { Schema } from '../schema.ts'

/** Milliseconds by which a node's clock may differ from the database's. */
const most = 30_000

/**
 * Leases only for nodes whose clock is in step: one that is days ahead would find every lease run out, and purge what can still be undone.
 * Throws for others, with words for the operator.
 */
export function clockInStep({ takeLease }: PurgeCatalog, db: Kysely<Schema>): Pick<PurgeCatalog, 'takeLease'> {
  return {
    async takeLease(lease, at, until) {
      const { rows } = await sql<{ now: number }>`select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(db)
      const ahead = at - (rows[0]?.now ?? at)
      if (Math.abs(ahead) > most)
        throw new Error(
          `the clock of this machine differs from the database's by ${Math.round(ahead / 1000)} s: nothing is purged or removed from here`,
        )
      return takeLease(lease, at, until)
    },
  }
}
