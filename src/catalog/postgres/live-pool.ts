import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'
import { Unwanted, type WhileWanted } from '../../operations/ports/while-wanted.ts'
import { untilUnwanted, watchReading } from './until-unwanted.ts'

/**
 * A pool that never gives out a connection again on which an answer was waited for in vain: the next statement would wait behind it.
 * With `whileWanted` statements that only read are cancelled when nobody waits for them any more.
 */
export function livePool(pool: pg.Pool, whileWanted?: WhileWanted): PostgresPool {
  return {
    connect: async () => liveClient(await pool.connect(), whileWanted),
    end: () => pool.end(),
  }
}

function liveClient(client: pg.PoolClient, whileWanted?: WhileWanted): PostgresPoolClient {
  let lost: unknown
  let spent = false
  const mayGiveUp = watchReading()
  const ask = (statement: string, parameters: unknown[]) => {
    const signal = mayGiveUp(statement) ? whileWanted?.signal() : undefined
    if (signal?.aborted) throw new Unwanted()
    const answer = client.query(statement, parameters)
    const onMissed = () => {
      spent = true
    }
    return signal ? untilUnwanted(signal, { client, answer, onMissed }) : answer
  }
  return {
    async query(statement: unknown, parameters?: readonly unknown[]) {
      // What ends a transaction need not be waited for, too: the server ends it with the connection
      if (lost) throw lost
      try {
        return await ask(statement as string, parameters as unknown[])
      } catch (error) {
        if (!isAnswer(error)) lost = error
        throw error
      }
    },
    release: () => client.release(lost !== undefined || spent),
  } as unknown as PostgresPoolClient
}

/** Whether the server said it, or would have: the connection is as good as before. */
function isAnswer(error: unknown): boolean {
  if (error instanceof Unwanted) return true
  return error instanceof Error && 'severity' in error && error.severity !== 'FATAL'
}
