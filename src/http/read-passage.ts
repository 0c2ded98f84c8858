import type { Kind } from '../domain/kinds.ts'
import { passageRules } from '../domain/passage-rules.ts'
import { Problem, parameterReason, type Reason } from '../domain/problem.ts'
import { type Query, queryValues, type Selection, select } from '../domain/selection.ts'
import { collectReasons } from './collect-reasons.ts'
import { singleValue } from './single-value.ts'

/** What a deletion or restoration asks for. */
export interface PassageWish {
  readonly selection: Selection
  readonly dryRun: boolean
  readonly reason: string | undefined
}

/** Characters of a reason that are kept. */
const maxReason = 1000

/** Reads a deletion or restoration from a query, every fault of it at once; whatever it does not know it refuses. */
export function readPassage(query: Query, kinds: readonly Kind[]): PassageWish {
  const reasons: Reason[] = []
  const selection = collectReasons(reasons, () => select(query, passageRules(kinds)))
  const dryRun = collectReasons(reasons, () => readDryRun(query))
  collectReasons(reasons, () => refusePlan(query))
  collectReasons(reasons, () => readFlag(query, 'force'))
  const reason = collectReasons(reasons, () => readReason(query))
  if (reasons.length > 0 || !selection || dryRun === undefined) throw new Problem('bad_request', reasons)
  return { selection, dryRun, reason }
}

function readDryRun(query: Query): boolean {
  const dryRun = readFlag(query, 'dry_run')
  if (dryRun === undefined) throw refused('dry_run', 'dry_run is required; it must be true or false')
  return dryRun
}

/** Exactly `true` or `false`. `wire:` decision 10. */
function readFlag(query: Query, name: string): boolean | undefined {
  const values = queryValues(query, name)
  if (values.length === 0) return undefined
  if (values.length > 1) throw refused(name, `${name} must be given once`)
  if (values[0] !== 'true' && values[0] !== 'false') throw refused(name, `${name} must be true or false`)
  return values[0] === 'true'
}

function refusePlan(query: Query): void {
  if (queryValues(query, 'plan').length > 0) throw refused('plan', 'plans are not supported by this version; leave plan out')
}

function readReason(query: Query): string | undefined {
  const reason = singleValue(query, 'reason')
  if (reason && reason.length > maxReason) throw refused('reason', `reason is longer than ${maxReason} characters`)
  return reason
}

function refused(parameter: string, detail: string): Problem {
  return new Problem('bad_request', [parameterReason(parameter, detail)])
}
