import type { ServerResponse } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { clientAddress } from './client-address.ts'
import type { Metrics } from './metrics.ts'

/** A request to be noted. */
export interface Recorded {
  readonly request: FastifyRequest
  readonly outgoing: ServerResponse
  /** The pattern: a raw URL or a query could hold a key, so neither ever leaves the request. */
  readonly route: string
  readonly keyId: () => string | undefined
}

/** Counts a request now, and logs it in one line when its connection has let go of it. */
export function recordRequest(metrics: Metrics, { request, outgoing, route, keyId }: Recorded): void {
  const start = performance.now()
  const { method } = request
  const address = clientAddress(request)
  let finished = false
  metrics.started()
  outgoing.once('finish', () => {
    // Node calls an answer finished, too, when its connection was destroyed before all of it was taken
    finished = !outgoing.destroyed
  })
  outgoing.once('close', () => {
    const ms = performance.now() - start
    const { statusCode: status } = outgoing
    metrics.finished({ method, route, status, seconds: ms / 1000 })
    const line = { method, route, status, ms: Math.round(ms * 10) / 10, key: keyId(), ...(isRefusal(status) ? { address } : {}) }
    request.log.info(finished ? line : { ...line, aborted: true }, 'request')
  })
}

/** For its keys: whoever looks for a pipeline with an old key, or for somebody who tries keys, has to know where it comes from. */
function isRefusal(status: number): boolean {
  return status === 401 || status === 403
}
