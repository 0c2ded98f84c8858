import type { Settings } from '../config/setting.ts'

/** Milliseconds: a standby that lags for longer should page somebody. */
const ofPostgres = 3_600_000

/**
 * How long condemned bytes stay. A database that fails over to a standby says again what it said some time ago, that a copy is current for
 * instance; a catalog in a file does not.
 */
export function removalDelay({ removalDelay, database }: Settings): number {
  return removalDelay ?? (database.engine === 'postgres' ? ofPostgres : 0)
}
