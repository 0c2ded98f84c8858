import { parameterReason, type Reason } from '../domain/problem.ts'
import type { Query } from '../domain/selection.ts'

/** A reason for each parameter that a route does not take, so that a typo is never taken for no condition at all. */
export function unknownParameters(query: Query, known: readonly string[]): Reason[] {
  const given = [...new Set(query.map(([name]) => name))].filter(name => !known.includes(name))
  const allowed = known.length > 0 ? `allowed are ${known.join(', ')}` : 'this request takes none'
  return given.map(name => {
    const shown = name.slice(0, 100)
    return parameterReason(shown, `unknown parameter ${JSON.stringify(shown)}; ${allowed}`)
  })
}
