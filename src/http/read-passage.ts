import type { Kind } from '../domain/kinds.ts'
import { passageRules } from '../domain/passage-rules.ts'
import { Problem, parameterReason, type Reason } from '../domain/problem.ts'
import { type Query, type Selection, select } from '../domain/selection.ts'
import { collectReasons } from './collect-reasons.ts'
import { readFlag } from './read-flag.ts'
import { type Intent, readIntent } from './read-intent.ts'
import type { Asked } from './route.ts'
import { singleValue } from './single-value.ts'

/** What a deletion or restoration asks for. */
export interface PassageWish extends Intent {
  readonly selection: Selection
  readonly dryRun: boolean
  readonly plan: string | undefined
}

/** Reads a deletion or restoration from a request, every fault of it at once; whatever parameter it does not know it refuses. */
export function readPassage(query: Query, kinds: readonly Kind[], headers: Asked['headers']): PassageWish {
  const reasons: Reason[] = []
  const selection = collectReasons(reasons, () => select(query, passageRules(kinds)))
  const dryRun = collectReasons(reasons, () => readDryRun(query))
  const plan = collectReasons(reasons, () => readPlan(query))
  const intent = collectReasons(reasons, () => readIntent(query, headers))
  if (dryRun && plan !== undefined)
    reasons.push(parameterReason('plan', 'plan is for dry_run=false; a preview makes a plan of its own, so leave plan out'))
  if (reasons.length > 0 || !selection || dryRun === undefined || !intent) throw new Problem('bad_request', reasons)
  return { selection, dryRun, plan, ...intent }
}

function readDryRun(query: Query): boolean {
  const dryRun = readFlag(query, 'dry_run')
  if (dryRun === undefined) throw refused('dry_run', 'dry_run is required; it must be true or false')
  return dryRun
}

/** Only the name of a plan: any other word could have a meaning further in. */
function readPlan(query: Query): string | undefined {
  const plan = singleValue(query, 'plan')
  if (plan !== undefined && !/^pln_[\w-]{1,64}$/.test(plan))
    throw refused('plan', 'plan must be the id of a plan as a preview answers it in meta.plan.id, such as pln_…')
  return plan
}

function refused(parameter: string, detail: string): Problem {
  return new Problem('bad_request', [parameterReason(parameter, detail)])
}
