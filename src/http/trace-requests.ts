import type { FastifyInstance } from 'fastify'
import type { Tracing } from './tracing.ts'

/** Makes every request a part of a trace, and has its log lines name the trace. */
export function traceRequests(server: FastifyInstance, tracing: Tracing): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { method, headers, id: requestId, routeOptions } = request
    tracing.follow({ method, route: routeOptions.url ?? 'unknown', requestId, headers, outgoing: reply.raw }, traceId => {
      request.log = request.log.child({ trace_id: traceId })
      done()
    })
  })
}
