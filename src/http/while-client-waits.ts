import type { ServerResponse } from 'node:http'
import type { Parts } from './parts.ts'
import type { Route } from './route.ts'

/** One request, as far as it matters who still waits for it. */
export interface Waiting {
  readonly route: Route
  readonly outgoing: ServerResponse
}

/**
 * Does the work of a request. If it only reads, and for nobody else, what it reads is given up when the client goes away before its answer
 * is complete. Routes without keys are left out: their answers may be shared, as those of readiness are.
 */
export async function whileClientWaits<T>({ whileWanted }: Parts, { route, outgoing }: Waiting, work: () => Promise<T>): Promise<T> {
  const onlyReads = route.method === 'GET' || route.onlyReads === true
  if (!whileWanted || !onlyReads || route.credentials === 'none') return work()
  const gone = new AbortController()
  const look = () => {
    if (!outgoing.writableFinished) gone.abort()
  }
  outgoing.once('close', look)
  if (outgoing.destroyed) look()
  return whileWanted.run(gone.signal, work)
}
