import { Problem, parameterReason, type Reason } from '../domain/problem.ts'
import type { Query } from '../domain/selection.ts'
import type { Request } from '../operations/move.ts'
import { collectReasons } from './collect-reasons.ts'
import { readFlag } from './read-flag.ts'
import type { Asked } from './route.ts'
import { singleValue } from './single-value.ts'

/** What any change says of itself, beside what it changes. */
export type Intent = Pick<Request, 'reason' | 'force' | 'requestKey'>

/** Characters of a reason that are kept. */
export const maxReason = 1000

/** Reads `reason`, `force` and the header `Idempotency-Key`, every fault at once. */
export function readIntent(query: Query, headers: Asked['headers']): Intent {
  const reasons: Reason[] = []
  const reason = collectReasons(reasons, () => readReason(query))
  const force = collectReasons(reasons, () => readFlag(query, 'force'))
  const requestKey = collectReasons(reasons, () => readRequestKey(headers))
  if (reasons.length > 0) throw new Problem('bad_request', reasons)
  return { reason, force: force ?? false, requestKey }
}

function readReason(query: Query): string | undefined {
  const reason = singleValue(query, 'reason')
  if (reason && reason.length > maxReason)
    throw new Problem('bad_request', [parameterReason('reason', `reason is longer than ${maxReason} characters`)])
  return reason
}

/** Sent twice it arrives joined by a comma and a blank, and a blank is not allowed. */
function readRequestKey(headers: Asked['headers']): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined || (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key))) return key as string | undefined
  const detail = 'Idempotency-Key must be given once, as 1 to 255 visible ASCII characters'
  throw new Problem('bad_request', [{ detail, source: { header: 'Idempotency-Key' } }])
}
