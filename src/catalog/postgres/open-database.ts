import { type Dialect, Kysely, PostgresAdapter, PostgresDriver, PostgresIntrospector, type PostgresPool } from 'kysely'
import pg from 'pg'
import type { WhileWanted } from '../../operations/ports/while-wanted.ts'
import type { Schema } from '../schema.ts'
import { livePool } from './live-pool.ts'
import { ByteOrderCompiler } from './query-compiler.ts'

/** How connections of one pool are used. Times are milliseconds. */
export interface PoolSettings {
  readonly connections: number
  /** How long a statement may take before the server ends it. */
  readonly statement: number
  /** How long somebody else's lock is waited for. */
  readonly lock: number
  /** Whether a commit waits until it is durable. */
  readonly durable: boolean
  /** Whose statements may be given up; without it none are. */
  readonly whileWanted?: WhileWanted | undefined
}

/** How long a connection may take to be made or to become free; shorter than any client's patience. */
const connectTime = 10_000

/** How long beyond a statement's time an answer is waited for: the server, or the way to it, is gone by then. */
const graceTime = 5_000

/** How long a node that hangs may keep its locks. */
const idleInTransaction = 30_000

/**
 * A statement is prepared once and planned with its values each time, a third of a millisecond: a plan for whatever values, made while one release has
 * half of all maps, reads the whole table for a release that has twenty.
 */
const plansByValue = '-c plan_cache_mode=force_custom_plan'

/** Opens a pool of connections; none is made before it is needed. */
export function openDatabase(url: string, { connections, statement, lock, durable, whileWanted }: PoolSettings): Kysely<Schema> {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'mapkeep',
    max: connections,
    connectionTimeoutMillis: connectTime,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: statement,
    ...(statement > 0 ? { query_timeout: statement + graceTime } : {}),
    lock_timeout: lock,
    idle_in_transaction_session_timeout: idleInTransaction,
    options: `${plansByValue}${durable ? '' : ' -c synchronous_commit=off'}`,
    types: { getTypeParser },
  })
  // A connection may end while nobody waits for an answer, in the pool or between two statements; who asks next is told
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  return new Kysely<Schema>({ dialect: dialectOn(livePool(pool, whileWanted)) })
}

/** Postgres as the catalog speaks it. */
export function dialectOn(pool: PostgresPool): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PostgresDriver({ pool }),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new ByteOrderCompiler(),
  }
}

const { INT8, NUMERIC } = pg.types.builtins

/** How values come in. Ids, times and sums of bytes are numbers here; all stay below 2^53. */
export function getTypeParser(type: number, format?: 'text' | 'binary') {
  if (type === INT8 || type === NUMERIC) return Number
  return pg.types.getTypeParser(type, format as 'text')
}
