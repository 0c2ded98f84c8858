import type { Kind } from './kinds.ts'
import { requiredFilters, type SelectionRules } from './selection.ts'

/** What a deletion or restoration takes, whoever reads it. `wire:` decisions 2 to 9. */
export function passageRules(kinds: readonly Kind[]): SelectionRules {
  return {
    kinds,
    parameters: ['dry_run', 'plan', 'force', 'reason'],
    unknown: 'refuse',
    required: requiredFilters,
    filterRequired: true,
    maxVersions: 10,
  }
}
