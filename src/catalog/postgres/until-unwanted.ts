import type pg from 'pg'
import { Unwanted } from '../../operations/ports/while-wanted.ts'
import { cancelStatement } from './cancel-statement.ts'

/**
 * Tells of each statement of a connection, in their order, whether it may be given up: it reads, and belongs to no transaction that may
 * write. What writes always runs to its end, whoever asked for it.
 */
export function watchReading(): (statement: string) => boolean {
  let mayWrite = false
  return statement => {
    if (/^(?:begin|start transaction)\b/i.test(statement)) mayWrite = !/\bread only\b/i.test(statement)
    else if (/^(?:commit|rollback)$/i.test(statement)) mayWrite = false
    return !mayWrite && /^\s*(?:select|with)\b/i.test(statement) && !/\b(?:insert|update|delete|merge)\b/i.test(statement)
  }
}

/** A statement under way on a connection. */
export interface Running<T> {
  readonly client: pg.PoolClient
  readonly answer: Promise<T>
  /** Told when the statement ended before it could be cancelled, so that the next one might be: the connection must not be used again. */
  readonly onMissed: () => void
}

/** The answer of a statement; throws {@link Unwanted} when the signal was aborted and the server therefore cancelled it. */
export async function untilUnwanted<T>(signal: AbortSignal, { client, answer, onMissed }: Running<T>): Promise<T> {
  let cancelled: Promise<void> | undefined
  const cancel = () => {
    cancelled = cancelStatement(client)
  }
  signal.addEventListener('abort', cancel, { once: true })
  const hit = await answer.then(
    () => false,
    error => isCancelled(error),
  )
  signal.removeEventListener('abort', cancel)
  if (!cancelled) return answer
  await cancelled
  if (hit) throw new Unwanted()
  onMissed()
  return answer
}

function isCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57014'
}
