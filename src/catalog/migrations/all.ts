import type { Migration } from 'kysely'
import * as theStore from './0001-the-store.ts'
import * as deletion from './0002-deletion.ts'
import * as manyNodes from './0003-many-nodes.ts'
import * as transfers from './0004-transfers.ts'

/** Every migration, in order; a released one is never changed. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-the-store': theStore,
  '0002-deletion': deletion,
  '0003-many-nodes': manyNodes,
  '0004-transfers': transfers,
}
