import type { Kysely } from 'kysely'
import type { TransferSource, TransferTarget } from '../../operations/ports/transfer-catalog.ts'
import type { Schema } from '../schema.ts'
import { SchemaMismatch, schemaState } from '../schema-state.ts'
import { transferSource, transferTarget } from '../transfers.ts'
import { sqliteEngine } from './engine.ts'
import { openLocal } from './open-local.ts'

/** Rows of a transfer and how they are closed. */
interface Opened<Rows> {
  readonly rows: Rows
  readonly close: () => Promise<void>
}

/** Whether there is anything in a catalog file; whoever began to make it may have been killed. */
export async function hasTables(file: string): Promise<boolean> {
  const { db, catalog } = openLocal(file, 'read')
  try {
    return (await db.introspection.getTables()).length > 0
  } finally {
    await catalog.close()
  }
}

/** Opens a catalog file for reading only, beside a running server or without one. Throws {@link SchemaMismatch}. */
export async function openSqliteSource(file: string): Promise<Opened<TransferSource>> {
  const { db, catalog } = openLocal(file, 'read')
  await assertCurrent(db, file).catch(error => closing(catalog, error))
  return { rows: transferSource(db), close: () => catalog.close() }
}

/** Opens a catalog file that a transfer writes. Throws {@link SchemaMismatch}. */
export async function openSqliteTarget(file: string): Promise<Opened<TransferTarget>> {
  const { db, catalog } = openLocal(file, 'write')
  await assertCurrent(db, file).catch(error => closing(catalog, error))
  return { rows: transferTarget(db, sqliteEngine), close: () => catalog.close() }
}

async function assertCurrent(db: Kysely<Schema>, file: string): Promise<void> {
  const state = await schemaState(db)
  if (state !== 'current') throw new SchemaMismatch(file, state)
}

async function closing(catalog: { close(): Promise<void> }, error: unknown): Promise<never> {
  await catalog.close()
  throw error
}
