import type { Kysely } from 'kysely'
import type { TransferSource, TransferTarget } from '../../operations/ports/transfer-catalog.ts'
import type { Schema } from '../schema.ts'
import { SchemaMismatch, schemaState } from '../schema-state.ts'
import { transferSource, transferTarget } from '../transfers.ts'
import { postgresEngine } from './engine.ts'
import { openDatabase } from './open-database.ts'
import { tellingErrors, toOurs } from './unavailable.ts'

/** Rows of a transfer and how they are closed. */
interface Opened<Rows> {
  readonly rows: Rows
  readonly close: () => Promise<void>
}

/** Milliseconds; counting all rows of a large catalog takes its time. */
const times = { statement: 900_000, lock: 10_000 }

/** Opens the catalog in a database to be read. Throws {@link SchemaMismatch}. */
export function openPostgresSource(url: string): Promise<Opened<TransferSource>> {
  return open(url, transferSource)
}

/** Opens the catalog in a database that a transfer writes. Throws {@link SchemaMismatch}. */
export function openPostgresTarget(url: string): Promise<Opened<TransferTarget>> {
  return open(url, db => transferTarget(db, postgresEngine(db)))
}

async function open<Rows extends object>(url: string, rowsOver: (db: Kysely<Schema>) => Rows): Promise<Opened<Rows>> {
  const db = openDatabase(url, { ...times, connections: 2, durable: true })
  try {
    const state = await schemaState(db)
    if (state !== 'current') throw new SchemaMismatch('in this database', state)
    return { rows: tellingErrors(rowsOver(db)), close: () => db.destroy() }
  } catch (error) {
    await db.destroy()
    throw toOurs(error)
  }
}
