import { type Span, SpanStatusCode } from '@opentelemetry/api'

/** Notes an error by the name of its class only: its message may quote what a client sent. */
export function noteError(span: Span, error: unknown): void {
  span.setAttribute('error.type', error instanceof Error ? error.constructor.name : typeof error)
  span.setStatus({ code: SpanStatusCode.ERROR })
}
