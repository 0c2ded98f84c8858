import type { Expression, Kysely, Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** A connection or a transaction of the catalog. */
export type Db = Kysely<Schema> | Transaction<Schema>

/** All that differs between the database engines. */
export interface Engine {
  /** A column that the planner must not pick an index for, since a narrower one of the same selection is there. */
  unindexed<T>(column: Expression<T>): Expression<T>
  /** Waits until this transaction alone may change who of the organization may be deleted. */
  lockOrganization(db: Db, organization: number): Promise<void>
  /** Waits until this transaction alone may make a map of this identity. */
  lockIdentity(db: Db, organization: number, identity: string): Promise<void>
}
