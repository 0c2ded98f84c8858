import { context, propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import type { TracedRequest, Tracing } from '../../http/tracing.ts'
import { noteError } from './note-error.ts'

/** A span for each request, as a part of the trace its `traceparent` names, or of a new one. */
export function followRequests(tracer: Tracer): Tracing {
  return {
    follow: (request, rest) => {
      const { method, route, requestId, headers } = request
      const attributes = { 'http.request.method': method, 'http.route': route, 'mapkeep.request_id': requestId }
      const caller = propagation.extract(ROOT_CONTEXT, headers)
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, caller)
      endWith(span, request)
      context.with(trace.setSpan(caller, span), () => rest(span.spanContext().traceId))
    },
    failed: error => {
      const span = trace.getActiveSpan()
      if (span) noteError(span, error)
    },
  }
}

function endWith(span: Span, { outgoing }: TracedRequest): void {
  let finished = false
  outgoing.once('finish', () => {
    finished = !outgoing.destroyed
  })
  outgoing.once('close', () => {
    if (outgoing.headersSent) span.setAttribute('http.response.status_code', outgoing.statusCode)
    if (!finished) span.setAttribute('mapkeep.aborted', true)
    if (outgoing.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  })
}
