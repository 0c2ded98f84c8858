import { Problem, type ProblemCode, problems, type Reason } from '../domain/problem.ts'
import { StoreUnavailable } from '../operations/ports/store-unavailable.ts'
import { type Answer, json } from './answer.ts'
import type { ErrorShape, Route } from './route.ts'

/** How the refusals of a route look. */
export type RefusalStyle = Pick<Route, 'errors' | 'credentials'>

/** Seconds after which a request that met a fault may be tried again. */
const retryAfter = 5

/** The answer for anything thrown: a Problem as it says, everything else as a fault that tells only the id of the request. */
export function renderProblem(error: unknown, style: RefusalStyle, requestId = 'unknown'): Answer {
  const problem = error instanceof Problem ? error : toProblem(error, requestId)
  const code = wireCode(problem.code, style)
  const { status, title } = problems[code]
  // wire: a 429 is strings everywhere (wire-api section 10)
  const shape: ErrorShape = code === 'too_many_requests' ? 'strings' : style.errors
  const errors =
    shape === 'strings' ? problem.reasons.map(reason => reason.detail) : problem.reasons.map(each => toObject(each, status, title))
  const answer = json({ errors }, status)
  return { ...answer, headers: { ...answer.headers, ...retryHeaders(status) } }
}

// wire: datadog-ci recognises a bad key by 403 only (wire-intake section 7)
function wireCode(code: ProblemCode, { credentials }: RefusalStyle): ProblemCode {
  return code === 'unauthorized' && credentials === 'upload' ? 'forbidden' : code
}

function toObject({ detail, source, meta }: Reason, status: number, title: string): object {
  return { status: String(status), title, detail, ...(source ? { source } : {}), ...(meta ? { meta } : {}) }
}

const noRoom = new Problem('unavailable', 'The server has no room on its disk; try again when it has')

const away = new Problem('unavailable', 'A store of this server does not answer now; try again in a few seconds')

function toProblem(error: unknown, requestId: string): Problem {
  if (error instanceof StoreUnavailable) return away
  return isFull(error) ? noRoom : fault(requestId)
}

const fullCodes: readonly unknown[] = ['ENOSPC', 'EDQUOT']

/** From the file system, or from the catalog by its own words. */
function isFull(error: unknown): boolean {
  return (
    error instanceof Error && (('code' in error && fullCodes.includes(error.code)) || /\bdatabase or disk is full\b/.test(error.message))
  )
}

function fault(requestId: string): Problem {
  return new Problem('fault', [
    { detail: `The server failed; its log tells why under request id ${requestId}`, meta: { request_id: requestId } },
  ])
}

// wire: clients that retry wait for X-RateLimit-Reset, on 5xx too (wire-api section 11)
function retryHeaders(status: number): Record<string, string> {
  return status < 500 ? {} : { 'retry-after': String(retryAfter), 'x-ratelimit-reset': String(retryAfter) }
}
