import { kindNames } from '../domain/kinds.ts'
import { Problem } from '../domain/problem.ts'
import { type Query, requiredFilters, type SelectionRules, select } from '../domain/selection.ts'
import { Failure } from './failure.ts'
import { withFlagNames } from './selection-flags.ts'

/** Refuses, as wrong usage, a selection that the server would refuse to delete or restore: with its rules, before anything is sent. */
export function checkSelection(query: Query): void {
  const rules: SelectionRules = {
    kinds: kindNames,
    parameters: [],
    unknown: 'refuse',
    required: requiredFilters,
    filterRequired: true,
    maxVersions: 10,
  }
  refuseFaults(() => select(query, rules))
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
