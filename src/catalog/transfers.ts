import { sql } from 'kysely'
import {
  type KnownTransfer,
  type Reached,
  type Row,
  type TransferSource,
  type TransferTableName,
  TransferTaken,
  type TransferTarget,
  transferKeys,
} from '../operations/ports/transfer-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { fingerprintOf } from './fingerprint.ts'
import { isWhole } from './is-whole.ts'
import { inTransaction } from './transaction.ts'
import { extentOf, hasKey, nextRows, rowsOf } from './transfer-rows.ts'

/** The rows of a catalog as they are read for a copy of the installation. */
export function transferSource(db: Db): TransferSource {
  return {
    isWhole: () => isWhole(db),
    installation: async () => (await installationOf(db)).id,
    describeInstallation: async () => {
      const { id, created_at } = await installationOf(db)
      return { id, createdAt: created_at }
    },
    fingerprint: () => fingerprintOf(db),
    extent: () => extentOf(db),
    page: (table, after, limit) => nextRows(db, { table, after }, limit),
  }
}

/** The rows of a catalog that is made as a copy of an installation. */
export function transferTarget(db: Db, engine: Engine): TransferTarget {
  const open = (run: string) => ({ db, run })
  return {
    async state() {
      const row = await db.selectFrom('transfer').selectAll().orderBy('begun_at', 'desc').executeTakeFirst()
      const used = await db.selectFrom('organization').select('number').executeTakeFirst()
      return { transfer: row && toKnown(row), isUsed: used !== undefined }
    },
    async begin({ source, blobs, fingerprint }, { id, createdAt }, run) {
      await inTransaction(db, async trx => {
        await engine.lockInstallation(trx)
        // Looked at again: a server, or another copy, may have begun with it meanwhile
        if ((await anyRow(trx, 'organization')) || (await anyRow(trx, 'transfer'))) throw new TransferTaken()
        await trx.insertInto('transfer').values({ source, blobs, fingerprint, run, begun_at: Date.now() }).execute()
        await trx.deleteFrom('installation').execute()
        await trx.insertInto('installation').values({ id, created_at: createdAt }).execute()
      })
    },
    async resume(run, fingerprint, reached) {
      const values = { run, fingerprint, reached: reached ? JSON.stringify(reached) : null }
      await db.updateTable('transfer').set(values).where('finished_at', 'is', null).execute()
    },
    extent: () => extentOf(db),
    span: span => rowsOf(db, span),
    settle: (run, { table, put, remove, reached }) =>
      asOwner(open(run), { reached: JSON.stringify(reached) }, async trx => {
        for (const row of remove) await sql`delete from ${sql.table(table)} where ${hasKey(table, row)}`.execute(trx)
        if (put.length > 0) await putRows(trx, table, put)
      }),
    startOver: run => asOwner(open(run), { reached: null, fingerprint: '' }, async () => {}),
    finish: (run, at) => asOwner(open(run), { finished_at: at }, async () => {}),
  }
}

type Change = { readonly reached?: string | null; readonly fingerprint?: string; readonly finished_at?: number }

/** Does a work in one transaction with a change of the transfer, which only its last run may make. */
async function asOwner({ db, run }: { db: Db; run: string }, change: Change, work: (trx: Db) => Promise<void>): Promise<void> {
  await inTransaction(db, async trx => {
    const query = trx.updateTable('transfer').set(change).where('run', '=', run).where('finished_at', 'is', null)
    const { numUpdatedRows } = await query.executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw new TransferTaken()
    await work(trx)
  })
}

async function putRows(trx: Db, table: TransferTableName, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  const key: readonly string[] = transferKeys[table]
  const others = columns.filter(column => !key.includes(column))
  const names = sql.join(columns.map(column => sql.ref(column)))
  const values = sql.join(rows.map(row => sql`(${sql.join(columns.map(column => row[column]))})`))
  const changes = sql.join(others.map(column => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`))
  const unless = others.length > 0 ? sql`do update set ${changes}` : sql`do nothing`
  await sql`insert into ${sql.table(table)} (${names}) values ${values}
    on conflict (${sql.join(key.map(column => sql.ref(column)))}) ${unless}`.execute(trx)
}

async function anyRow(trx: Db, table: 'organization' | 'transfer'): Promise<boolean> {
  return (await trx.selectFrom(table).select(sql<number>`1`.as('one')).limit(1).executeTakeFirst()) !== undefined
}

async function installationOf(db: Db) {
  return db.selectFrom('installation').selectAll().executeTakeFirstOrThrow()
}

interface TransferRow {
  readonly source: string
  readonly blobs: string
  readonly fingerprint: string
  readonly reached: string | null
  readonly finished_at: number | null
}

function toKnown({ source, blobs, fingerprint, reached, finished_at }: TransferRow): KnownTransfer {
  const place: Reached | undefined = reached === null ? undefined : JSON.parse(reached)
  return { source, blobs, fingerprint, reached: place, isFinished: finished_at !== null }
}
