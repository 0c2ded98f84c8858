import type { IncomingHttpHeaders, ServerResponse } from 'node:http'

/** A request to be traced. No raw URL, query or key is among what may be noted of it: others than we collect the traces. */
export interface TracedRequest {
  readonly method: string
  /** The pattern; `unknown` of a path that does not exist. */
  readonly route: string
  readonly requestId: string
  /** Only for the trace that the client says the request belongs to. */
  readonly headers: IncomingHttpHeaders
  readonly outgoing: ServerResponse
}

/** Follows requests through the rooms. */
export interface Tracing {
  /** At once when a request comes in: does the rest of it as a part of a trace, until its connection has let go of it. */
  follow(request: TracedRequest, rest: (traceId: string) => void): void
  /** When the request under way met a fault. */
  failed(error: unknown): void
}
