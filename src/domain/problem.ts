/** Every way we refuse a request: its HTTP status and its title on the wire. */
export const problems = {
  bad_request: { status: 400, title: 'Bad Request' },
  unauthorized: { status: 401, title: 'Unauthorized' },
  forbidden: { status: 403, title: 'Forbidden' },
  not_found: { status: 404, title: 'Not Found' },
  method_not_allowed: { status: 405, title: 'Method Not Allowed' },
  timeout: { status: 408, title: 'Request Timeout' },
  conflict: { status: 409, title: 'Conflict' },
  plan_stale: { status: 409, title: 'Plan is stale' },
  held: { status: 409, title: 'Held' },
  too_large: { status: 413, title: 'Payload Too Large' },
  range_not_satisfiable: { status: 416, title: 'Range Not Satisfiable' },
  too_many_requests: { status: 429, title: 'Too Many Requests' },
  fault: { status: 500, title: 'Internal Server Error' },
  unavailable: { status: 503, title: 'Service Unavailable' },
} as const satisfies Record<string, { status: number; title: string }>

/** The name of a way to refuse. */
export type ProblemCode = keyof typeof problems

/** One reason of a refusal; `source` names the place in the request that caused it. */
export interface Reason {
  readonly detail: string
  readonly source?: { readonly parameter: string } | { readonly pointer: string } | { readonly header: string }
  readonly meta?: Readonly<Record<string, unknown>>
}

/** A refusal we chose, with every reason found, so that a user mends a request once. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly reasons: readonly Reason[]

  constructor(code: ProblemCode, reasons: string | readonly Reason[]) {
    const list = typeof reasons === 'string' ? [{ detail: reasons }] : reasons
    super(list.map(reason => reason.detail).join('; '))
    this.name = 'Problem'
    this.code = code
    this.reasons = list
  }
}

/** A reason that names the query parameter that caused it. */
export function parameterReason(parameter: string, detail: string): Reason {
  return { detail, source: { parameter } }
}
