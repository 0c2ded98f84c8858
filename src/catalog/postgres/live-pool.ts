import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'

/** A pool that never gives out a connection again on which an answer was waited for in vain: the next statement would wait behind it. */
export function livePool(pool: pg.Pool): PostgresPool {
  return {
    connect: async () => liveClient(await pool.connect()),
    end: () => pool.end(),
  }
}

function liveClient(client: pg.PoolClient): PostgresPoolClient {
  let lost: unknown
  return {
    async query(statement: unknown, parameters?: readonly unknown[]) {
      // What ends a transaction need not be waited for, too: the server ends it with the connection
      if (lost) throw lost
      try {
        return await client.query(statement as string, parameters as unknown[])
      } catch (error) {
        if (!isAnswer(error)) lost = error
        throw error
      }
    },
    release: () => client.release(lost !== undefined),
  } as unknown as PostgresPoolClient
}

/** Whether the server said it, so that the connection is as good as before. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity !== 'FATAL'
}
