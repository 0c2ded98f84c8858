import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'
import { Unwanted, type WhileWanted } from '../../operations/ports/while-wanted.ts'
import { type StatementNames, statementNames } from './prepared-statements.ts'
import { untilUnwanted, watchReading } from './until-unwanted.ts'

/** SQLSTATE of a prepared statement whose table has got another column. */
const outdatedPlan = '0A000'

/**
 * A pool that never gives out a connection again on which an answer was waited for in vain: the next statement would wait behind it.
 * With `whileWanted` statements that only read are cancelled when nobody waits for them any more.
 */
export function livePool(pool: pg.Pool, whileWanted?: WhileWanted): PostgresPool {
  const names = new WeakMap<pg.PoolClient, StatementNames>()
  const namesOf = (client: pg.PoolClient) => {
    const known = names.get(client) ?? statementNames()
    names.set(client, known)
    return known
  }
  return {
    connect: async () => {
      const client = await pool.connect()
      return liveClient(client, namesOf(client), whileWanted)
    },
    end: () => pool.end(),
  }
}

function liveClient(client: pg.PoolClient, nameOf: StatementNames, whileWanted?: WhileWanted): PostgresPoolClient {
  let lost: unknown
  let spent = false
  const mayGiveUp = watchReading()
  const ask = (statement: string, parameters: unknown[]) => {
    const signal = mayGiveUp(statement) ? whileWanted?.signal() : undefined
    if (signal?.aborted) throw new Unwanted()
    const name = nameOf(statement)
    const answer = client.query({ text: statement, values: parameters, ...(name && { name }) })
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
        // A migration has changed what a prepared statement gives: not on a connection that has none prepared
        if (isOutdated(error)) spent = true
        throw error
      }
    },
    release: () => client.release(lost !== undefined || spent),
  } as unknown as PostgresPoolClient
}

function isOutdated(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === outdatedPlan
}

/** Whether the server said it, or would have: the connection is as good as before. */
function isAnswer(error: unknown): boolean {
  if (error instanceof Unwanted) return true
  return error instanceof Error && 'severity' in error && error.severity !== 'FATAL'
}
