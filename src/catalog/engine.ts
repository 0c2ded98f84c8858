import type { Expression, Kysely, RawBuilder, SqlBool, Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** A connection or a transaction of the catalog. */
export type Db = Kysely<Schema> | Transaction<Schema>

/** All that differs between the database engines. */
export interface Engine {
  /** A column that the planner must not pick an index for, since a narrower one of the same selection is there. */
  unindexed<T>(column: Expression<T>): Expression<T>
  /** Whether a text matches a pattern in which `*` stands for any run of characters and everything else for itself; case counts. */
  matchesPattern(text: Expression<string | null>, pattern: string): RawBuilder<SqlBool>
  /** Whether a column has one of these values, however many there are: the statement stays the same. */
  isAmong<T extends string | number>(column: Expression<T>, values: readonly T[]): RawBuilder<SqlBool>
  /** Makes one statement durable a little later: it outlives the process at once, and a power cut once somebody else has committed. */
  relaxed(db: Db, statement: (db: Db) => Promise<void>): Promise<void>
  /** Whether nothing is written by anybody else between two statements of a writing transaction. */
  readonly writesAlone: boolean
  /** Waits until this transaction alone may change which organizations there are. */
  lockInstallation(db: Db): Promise<void>
  /** Waits until this transaction alone may change who of the organization may be deleted. */
  lockOrganization(db: Db, organization: number): Promise<void>
  /** Waits until this transaction alone may make a map of this identity. */
  lockIdentity(db: Db, organization: number, identity: string): Promise<void>
  /**
   * Waits until this transaction alone may count, adopt or condemn these contents. What it reads in later statements is then what the
   * last one who could has left.
   */
  lockContents(db: Db, organization: number, digests: readonly string[] | Expression<string>): Promise<void>
  /** Waits until this transaction alone may change the rows of these maps, with the same effect. */
  lockMaps(db: Db, organization: number, ids: readonly number[]): Promise<void>
}
