import { type RawBuilder, sql } from 'kysely'
import type { Codec, CopyName } from '../operations/ports/blob-store.ts'
import type { StoredCopy } from '../operations/ports/catalog.ts'
import {
  type Extent,
  type Row,
  type RowKey,
  type RowPage,
  type RowSpan,
  type TransferTableName,
  transferKeys,
  transferTables,
} from '../operations/ports/transfer-catalog.ts'
import type { Db } from './engine.ts'

/** Copies that look-ups read: all others are being written, or wait to be removed. */
const isCurrent = sql<boolean>`state = 'stored' and exists (select 1 from blob where blob.organization = blob_copy.organization
  and blob.digest = blob_copy.digest and blob.generation = blob_copy.generation)`

/** Contents of maps or with bytes: all others are of uploads that have not ended. */
const isHeld = sql<boolean>`(generation is not null or reference_count > 0)`

/** Which rows of a table are of the moment, and not copied. */
const conditions: { readonly [table in TransferTableName]?: RawBuilder<boolean> } = { blob_copy: isCurrent, blob: isHeld }

/** The next rows of a table that are to be copied. */
export async function nextRows(db: Db, span: Omit<RowSpan, 'until'>, limit: number): Promise<RowPage> {
  const { table } = span
  const wanted = [conditions[table], inSpan({ ...span, until: undefined })].filter(condition => condition !== undefined)
  const { rows } = await sql<Row>`select * from ${sql.table(table)}${where(wanted)} order by ${columnsOf(table)} limit ${limit}`.execute(db)
  const last = rows.at(-1)
  const until = last && rows.length === limit ? keyOf(table, last) : undefined
  return { rows, until, copies: table === 'blob_copy' ? rows.map(toCopy) : [] }
}

/** All rows of a part of a table. */
export async function rowsOf(db: Db, span: RowSpan): Promise<readonly Row[]> {
  const within = inSpan(span)
  const { rows } = await sql<Row>`select * from ${sql.table(span.table)}${where(within ? [within] : [])}`.execute(db)
  return rows
}

/** How many rows and stored bytes there are to be copied. */
export async function extentOf(db: Db): Promise<Extent> {
  const counts = {} as Record<TransferTableName, number>
  for (const table of transferTables) {
    const condition = conditions[table]
    const { rows } = await sql<{
      count: number
    }>`select count(*) as count from ${sql.table(table)}${where(condition ? [condition] : [])}`.execute(db)
    counts[table] = Number(rows[0]?.count)
  }
  const { rows } = await sql<{ size: number }>`select coalesce(sum(stored_size), 0) as size from blob_copy where ${isCurrent}`.execute(db)
  return { rows: counts, files: counts.blob_copy, size: Number(rows[0]?.size) }
}

/** Whether a row is the one of this key. */
export function hasKey(table: TransferTableName, row: Row): RawBuilder<boolean> {
  return sql<boolean>`(${columnsOf(table)}) = (${sql.join(keyOf(table, row))})`
}

/** The columns of a table's key. */
export function columnsOf(table: TransferTableName): RawBuilder<unknown> {
  return sql.join(transferKeys[table].map(column => sql.ref(column)))
}

function inSpan({ table, after, until }: RowSpan): RawBuilder<boolean> | undefined {
  const columns = sql`(${columnsOf(table)})`
  const bounds = [after && sql`${columns} > (${sql.join(after)})`, until && sql`${columns} <= (${sql.join(until)})`].filter(Boolean)
  return bounds.length > 0 ? sql<boolean>`${sql.join(bounds, sql` and `)}` : undefined
}

function where(all: readonly RawBuilder<boolean>[]): RawBuilder<unknown> {
  return all.length > 0 ? sql` where ${sql.join(all, sql` and `)}` : sql``
}

function keyOf(table: TransferTableName, row: Row): RowKey {
  return transferKeys[table].map(column => row[column] as string | number)
}

function toCopy(row: Row): StoredCopy {
  const { organization, digest, generation, codec, stored_size } = row as Row &
    Omit<CopyName, 'codec'> & { codec: Codec; stored_size: number }
  return { name: { organization, digest, generation, codec }, storedSize: stored_size }
}
