import { type Kysely, sql } from 'kysely'
import type { Db } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { inTransaction } from '../transaction.ts'

/** How many of a million maps share one value of a column; what is not named here hardly any two share. */
const sharing: Readonly<Record<string, number>> = {
  organization: 1_000_000,
  kind: 500_000,
  arch: 100_000,
  symbol_source: 100_000,
  origin: 100_000,
  origin_version: 100_000,
  service: 50_000,
  version: 5_000,
  file_name: 10,
  id: 1,
}

/** An id of a build or file is shared by a file's twins at most. */
const sharingOfIds = 2

/**
 * Tells the planner once and for all what the indexes are good for, instead of measuring: so plans are the same on every
 * machine, and never walk the primary key of a whole organization where a narrower index gives the same order.
 */
export async function fixPlannerStatistics(db: Kysely<Schema>): Promise<void> {
  // Of a system table nothing is measured: this makes the table of statistics when there is none
  await sql`analyze sqlite_schema`.execute(db)
  await inTransaction(db, async trx => {
    const wanted = await statistics(trx)
    const known = await sql<Statistic>`select tbl, idx, stat from sqlite_stat1 order by idx`.execute(trx)
    if (JSON.stringify(known.rows) === JSON.stringify(wanted)) return
    await sql`delete from sqlite_stat1`.execute(trx)
    for (const { tbl, idx, stat } of wanted)
      await sql`insert into sqlite_stat1 (tbl, idx, stat) values (${tbl}, ${idx}, ${stat})`.execute(trx)
  })
}

/** A row of SQLite's own table of statistics. */
interface Statistic {
  readonly tbl: string
  readonly idx: string
  readonly stat: string
}

async function statistics(db: Db): Promise<Statistic[]> {
  const { rows } = await sql<{ idx: string; columns: string }>`
    select list.name as idx, json_group_array(info.name order by info.seqno) as columns
    from pragma_index_list('source_map') as list, pragma_index_xinfo(list.name) as info
    where info.key group by list.name order by list.name`.execute(db)
  return rows.map(({ idx, columns }) => ({ tbl: 'source_map', idx, stat: shares(JSON.parse(columns)) }))
}

/** The row count, then for each leading run of columns how many rows share its values. */
function shares(columns: readonly (string | null)[]): string {
  const rows = [1_000_000]
  for (const column of columns) rows.push(Math.min(rows.at(-1) ?? 1, sharing[column ?? ''] ?? sharingOfIds))
  return rows.join(' ')
}
