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

/** What tables and their indexes are said to have: rows in all, and rows that share what hardly any two share. */
const all = { rows: 1_000_000, sharing: sharingOfIds }

/** The same of indexes over the few contents with some peculiarity, where each content is once. */
const few = { rows: 100_000, sharing: 1 }

/**
 * Tells the planner once and for all what the indexes are good for, instead of measuring: so plans are the same on every
 * machine, and never walk the primary key of a whole organization where a narrower index gives the same order.
 */
export async function fixPlannerStatistics(db: Kysely<Schema>): Promise<void> {
  // Of a system table nothing is measured: this makes the table of statistics when there is none
  await sql`analyze sqlite_schema`.execute(db)
  await inTransaction(db, async trx => {
    await forgetSamples(trx)
    const wanted = await statistics(trx)
    const known = await sql<Statistic>`select tbl, idx, stat from sqlite_stat1 order by idx`.execute(trx)
    if (JSON.stringify(known.rows) === JSON.stringify(wanted)) return
    await sql`delete from sqlite_stat1`.execute(trx)
    for (const { tbl, idx, stat } of wanted)
      await sql`insert into sqlite_stat1 (tbl, idx, stat) values (${tbl}, ${idx}, ${stat})`.execute(trx)
  })
  // This connection, too, goes by them from now on
  await sql`analyze sqlite_schema`.execute(db)
}

/** What somebody measured by hand is believed before all that is said here. Not every build of SQLite takes samples. */
async function forgetSamples(trx: Db): Promise<void> {
  const { rows } = await sql`select name from sqlite_schema where name = 'sqlite_stat4'`.execute(trx)
  if (rows.length > 0) await sql`delete from sqlite_stat4`.execute(trx)
}

/** A row of SQLite's own table of statistics. */
interface Statistic {
  readonly tbl: string
  readonly idx: string
  readonly stat: string
}

/** Of files and contents, too: an index that has all columns must not be walked for a map's files where another one finds them. */
async function statistics(db: Db): Promise<Statistic[]> {
  const { rows } = await sql<{ tbl: string; idx: string; is_few: number; columns: string }>`
    select measured.name as tbl, list.name as idx, list.partial and measured.name like 'blob%' as is_few,
      json_group_array(info.name order by info.seqno) as columns
    from sqlite_schema as measured, pragma_index_list(measured.name) as list, pragma_index_xinfo(list.name) as info
    where measured.type = 'table' and measured.name in ('source_map', 'source_map_file', 'shared_content', 'blob', 'blob_copy') and info.key
    group by measured.name, list.name order by list.name`.execute(db)
  return rows.map(({ tbl, idx, is_few, columns }) => ({ tbl, idx, stat: shares(JSON.parse(columns), is_few ? few : all) }))
}

/** The row count, then for each leading run of columns how many rows share its values. */
function shares(columns: readonly (string | null)[], table: typeof all): string {
  const rows = [table.rows]
  for (const column of columns) rows.push(Math.min(rows.at(-1) ?? 1, sharing[column ?? ''] ?? table.sharing))
  return rows.join(' ')
}
