import { kindNames } from '../domain/kinds.ts'
import { passageRules } from '../domain/passage-rules.ts'
import { Problem } from '../domain/problem.ts'
import { type Query, select } from '../domain/selection.ts'
import { Failure } from './failure.ts'
import { withFlagNames } from './selection-flags.ts'

/** Refuses, as wrong usage, a selection that the server would refuse to delete or restore: with its rules, before anything is sent. */
export function checkSelection(query: Query): void {
  refuseFaults(() => select(query, passageRules(kindNames)))
}

function refuseFaults(check: () => unknown): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new Failure(
      'usage',
      error.reasons.map(reason => withFlagNames(reason.detail)),
    )
  }
}
